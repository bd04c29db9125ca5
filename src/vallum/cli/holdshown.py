"""How is a holding analysis told to a person at a terminal: a profile to look at, gaps to read, what it rests on?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from vallum.plan.field import Field
    from vallum.plan.interruption import Holding

Figures = dict[str, Any]

_BARS = " ▁▂▃▄▅▆▇█"
_WIDE = 76
_MOST_GAPS = 12
_STYLES = {"gap": "", "lost_outside": "yellow", "not_achievable_by_detection": "red"}
_WORDS = {
    "gap": "gap",
    "lost_outside": "lost outside",
    "not_achievable_by_detection": "out of reach",
}


def print_result(out: Console, title: str, shown: Figures, field: Field, found: Sequence[Holding]) -> None:
    """Print a result.

    Parameters
    ----------
    out
        The terminal.
    title
        Of the frontier.
    shown
        The figures as `holdsummary.summed_up` gives them.
    field, found
        What they were made of, for the profile.
    """
    out.print(
        f"[bold]{title}[/bold]  [dim]{shown['length_km']:.1f} km of line, {shown['half_width_km']:g} km to each side, "
        f"cells of {shown['cell_m']:g} m[/dim]\n"
    )
    out.print(_facts(shown))
    for note in field.notes:
        out.print(f"[yellow]![/yellow] {note}", soft_wrap=True)
    for held, case in zip(found, shown["cases"], strict=True):
        out.print(f"\n[bold]{case['name']}[/bold]  [dim]probability of interruption along the line[/dim]\n")
        out.print(_profile(held.p, field.zones.edges_m, shown["required"]))
        out.print(_sum(case, shown), style="dim", soft_wrap=True)
        if case["gaps"]:
            out.print()
            out.print(_gaps(case["gaps"]))
            if len(case["gaps"]) > _MOST_GAPS:
                out.print(
                    f"and {len(case['gaps']) - _MOST_GAPS} shorter ones; all are in --json and --out", style="dim"
                )
    out.print(
        "\nx2, +10, -10: the lowest probability in the gap with twice the detection, ten minutes more delay at the "
        "line, ten minutes less to respond. Lost outside: whoever comes must be detected before the line, and is not. "
        "Out of reach: even a detection at the outer edge comes too late. Weakest ways and places of units guide the "
        "other side as well: keep them.",
        style="dim",
    )


def _facts(shown: Figures) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column()
    cell = shown["terrain_cell_m"]
    named = ", ".join(shown["terrain"]) or "none under the line"
    facts.add_row("terrain", f"{named}: cells of {'?' if cell is None else f'{cell:g}'} m, {shown['grade']}")
    assumptions = shown["cases"][0]["assumptions"] if shown["cases"] else []
    assumed = sum(one["basis"] == "assumption" for one in assumptions)
    facts.add_row(
        "assumptions", f"{assumed} of {len(assumptions)} figures are openly assumed; each has its source in --json"
    )
    facts.add_row("required", f"{shown['required']:g}; below it a stretch is a gap")
    units = shown["units"]
    facts.add_row(
        "units", f"{units['counted']} come" + "".join(f"; {one} {why}" for one, why in units["left_out"].items())
    )
    km = shown["obstacles_km"]
    facts.add_row("obstacles", f"hold up people on {km['foot']:g} km, vehicles on {km['vehicle']:g} km")
    return facts


def _profile(p: np.ndarray[Any, Any], edges_m: np.ndarray[Any, Any], required: float) -> Text:
    """Draw the lowest value of each column; what is not held is marked."""
    middle_m = (edges_m[:-1] + edges_m[1:]) / 2.0
    column = np.minimum((middle_m - edges_m[0]) / (edges_m[-1] - edges_m[0]) * _WIDE, _WIDE - 1).astype(int)
    drawn = Text("  ")
    for number in range(_WIDE):
        inside = p[column == number]
        lowest = float(inside.min()) if inside.size else 0.0
        bar = _BARS[max(0, min(len(_BARS) - 1, round(lowest * (len(_BARS) - 1))))]
        drawn.append(bar if bar != " " else "·", style="" if lowest >= required else "red")
    first, last = f"km {edges_m[0] / 1000:g}", f"km {edges_m[-1] / 1000:.0f}"
    drawn.append("\n  " + first + " " * (_WIDE - len(first) - len(last)) + last, style="dim")
    return drawn


def _sum(case: Figures, shown: Figures) -> str:
    outside = sum(one["to_km"] - one["from_km"] for one in case["held_from_outside"])
    words = [f"held on {case['held_km']:.0f} of {shown['length_km']:.0f} km; mean {case['p_interruption_mean']:.2f}"]
    if outside:
        words.append(f"{outside:.0f} km of it are held only by what sees across the line")
    own = case["own_obstacles_delay_us_s"]
    if own["most"] > 0.0:
        words.append(f"our obstacles delay our own units beyond it by {own['mean']:.0f} s on average (not counted)")
    weathers = [f"{one['name']} {one['weight']:.0%}" for one in case["states"]]
    words.append("mixed over " + ", ".join(weathers[:4]))
    if weathers[4:]:
        words.append("and " + ", ".join(weathers[4:]))
    return "\n".join(f"  {line}" for line in words)


def _gaps(found: Sequence[Figures]) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for name in ("  km", "P_I", "at km", "margin", "x2", "+10", "-10", "helps", ""):
        words = name in {"helps", ""}
        table.add_column(name, justify="left" if words else "right", no_wrap=True)
    longest = sorted(found, key=lambda gap: -gap["length_km"])[:_MOST_GAPS]
    for gap in sorted(longest, key=lambda gap: gap["from_km"]):
        changed = gap["if_changed"]
        table.add_row(
            f"  {gap['from_km']:.1f}-{gap['to_km']:.1f}",
            f"{gap['p_interruption_min']:.2f}",
            f"{gap['at_km']:.1f}",
            f"{gap['margin_min_s'] // 3600:.0f}:{gap['margin_min_s'] % 3600 // 60:02.0f} h",
            *(f"{changed[cause]:.2f}" if cause in changed else "" for cause in ("detection", "delay", "response")),
            gap["cause"] or "",
            Text(_WORDS[gap["verdict"]], style=_STYLES[gap["verdict"]]),
        )
    return table
