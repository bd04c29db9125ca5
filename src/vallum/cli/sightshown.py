"""How is what sensors see told to a person at a terminal: few figures, each with how far it can be trusted?"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from vallum.plan.sweep import BANDS

Figures = dict[str, Any]

_STRAIGHT = (
    "Kilometres watched. Uncertain: only if the terrain's error is kind. By 2, by 3: where each of so many sensors "
    "would do alone, nominally."
)
_ANY_WAY = "Kilometres closed to every way. Least P: detection on the least-detected way, nominally, and where it is."


def print_result(out: Console, title: str, shown: Figures) -> None:
    """Print a result as `summary.summed_up` gives it.

    Parameters
    ----------
    out
        The terminal.
    title
        Of the frontier.
    shown
        The figures.
    """
    rules, length_km = shown["rules"], shown["length_km"]
    out.print(
        f"[bold]{title}[/bold]  [dim]{length_km:.1f} km of line, steps of {rules['step_m']:g} m, cells of "
        f"{rules['cell_m']:g} m[/dim]\n"
    )
    out.print(_facts(shown))
    out.print("\n[bold]Straight across[/bold]  [dim]the weak figure: square to the line, no way round[/dim]\n")
    out.print(_straight(shown))
    out.print(_STRAIGHT, style="dim")
    if shown["cases"][0]["any_way"] is not None:
        out.print("\n[bold]Whichever way[/bold]  [dim]the strong figure, the one to publish[/dim]\n")
        out.print(_any_way(shown))
        out.print(_ANY_WAY, style="dim")
        out.print(_thinnest(shown), style="dim")
    if shown["mixtures"]:
        out.print("\n[bold]Over nights and days of every kind[/bold]  [dim]straight across[/dim]\n")
        out.print(_mixtures(shown))
        out.print(_kinds(shown), style="dim")
    if shown["notes"]:
        out.print()
        for note in shown["notes"]:
            out.print(note, style="yellow", markup=False)


def _facts(shown: Figures) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column()
    terrain, sensors, rules = shown["terrain"], shown["sensors"], shown["rules"]
    named = ", ".join(terrain["sources"]) or "none under the line"
    facts.add_row("terrain", f"{named}: cells of {_metres(terrain['cell_m'])}, {terrain['grade']}")
    facts.add_row(
        "its error",
        f"{_metres(terrain['error_sd_m'])} (standard deviation), alike over {_metres(terrain['error_length_m'])}",
    )
    if terrain["opinion_share"] is not None:
        facts.add_row(
            "", f"so yes or no is an opinion about {terrain['opinion_share']:.0%} of the ground around sensors"
        )
    walked = sensors["walk_tested"]
    facts.add_row(
        "sensors",
        f"{sensors['counted']} count; "
        + (f"{walked} walk-tested, the others assumed" if walked else "none is walk-tested: all of this is assumed"),
    )
    facts.add_row("watched", f"from a detection of {rules['watched_at']:g} on a crossing")
    facts.add_row("low", "counts surely seen ground: what one may rely on")
    facts.add_row("high", "counts perhaps seen ground too: what may be hoped for")
    return facts


def _straight(shown: Figures) -> Table:
    table = _table("case", "low", "nominal", "high", "uncertain", "not watched", "by 2", "by 3")
    for case in shown["cases"]:
        found = case["straight"]
        alone = found["alone_watched_by_km"]
        table.add_row(
            case["case"],
            *(_km(found["watched_km"][band]) for band in BANDS),
            *(_km(found[what]) for what in ("uncertain_km", "not_watched_km")),
            *(_km(alone[k]) for k in ("2", "3")),
        )
    return table


def _any_way(shown: Figures) -> Table:
    table = _table("case", "low", "nominal", "high", "least P", "at km", "gaps", "worst loss opens km at")
    for case in shown["cases"]:
        found = case["any_way"]
        worst = found["worst_single_loss"]
        words = "none"
        if worst is not None:
            words = f"{worst['sensors'][0]} {worst['opens_km']:.1f} at {worst['from_km']:.1f}"
        table.add_row(
            case["case"],
            *(_km(found["closed_km"][band]) for band in BANDS),
            f"{found['least_p']['nominal']:.2f}",
            _km(found["least_at_km"]["nominal"]),
            str(found["gaps"]),
            words,
        )
    return table


def _thinnest(shown: Figures) -> str:
    """Say of the first case how many sensors stand in the way at the thinnest place."""
    case = shown["cases"][0]
    found, ground = case["any_way"], case["ground_near_the_line"]["likely"]
    thin = found["thinnest"]["likely"]
    pairs = found["pair_losses_that_open"]
    return (
        f"{case['case']}: {found['single_losses_that_open']} single losses"
        + ("" if pairs is None else f" and {pairs} more of two at once")
        + f" open something; at the thinnest, km {thin['at_km']:.1f}, a way meets {thin['resilience_at_most']} sensors;"
        f" ground near the line likely seen by 1, 2, 3 sensors: {_shares(ground)}."
    )


def _mixtures(shown: Figures) -> Table:
    table = _table("target, light", "low", "nominal", "high", "mean P low", "nominal", "high")
    for one in shown["mixtures"]:
        table.add_row(
            f"{one['target']}, {one['light']}",
            *(_km(one["watched_km"][band]) for band in BANDS),
            *(f"{one['mean_p'][band]:.2f}" for band in BANDS),
        )
    return table


def _kinds(shown: Figures) -> str:
    states = shown["mixtures"][0]["states"]
    named = ", ".join(f"{state['name']} {state['weight']:.0%}" for state in states)
    return f"Assumed shares of the time: {named}. What fails together is averaged, never multiplied."


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        words = number == 0 or "loss" in column
        table.add_column(column, justify="left" if words else "right", no_wrap=not words or number == 0)
    return table


def _km(length_km: float) -> str:
    return f"{length_km:.1f}"


def _shares(shares: Figures) -> str:
    return ", ".join(f"{share:.0%}" for share in shares.values())


def _metres(length_m: float) -> str:
    return "an unknown length" if length_m != length_m else f"{length_m:,.0f} m"
