"""How far does each sensor detect, says who, and what did a walk test show?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from vallum.assets.conditions import LIGHTS, TARGETS, WEATHERS, Conditions, Light, Target, Weather
from vallum.assets.parameters import Parameters
from vallum.assets.performance import Performance, performance
from vallum.assets.sensor import Sensor, SensorRow
from vallum.assets.walktest import WalkTest
from vallum.cli.frontier import AsJson, FrontierArgument
from vallum.cli.told import console, say_json
from vallum.project import Project, load

app = typer.Typer(help="Ask how surely sensors detect, and write down walk tests.", no_args_is_help=True)

SHARES = (0.5, 0.8, 0.95)


@app.callback()
def sensors() -> None:
    """Ask how surely sensors detect, and write down walk tests."""


@app.command()
def show(
    frontier: FrontierArgument,
    sensor: Annotated[
        str | None, typer.Argument(metavar="SENSOR", help="One sensor in all conditions; without it, all by night.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print how far sensors detect, assumed and proven, in which conditions, and who says so.

    A centre's folder is asked for its journal, which knows the walk tests that were written down there; any other
    project for its files.
    """
    from vallum.centre.walked import UnknownSensorError, named

    project = load(frontier)
    known, tests = _known(project)
    if sensor is None:
        chosen, asked = known, [Conditions(target, "night", "clear") for target in TARGETS]
    else:
        try:
            chosen = (named(known, sensor),)
        except UnknownSensorError as wrong:
            raise typer.BadParameter(str(wrong), param_hint="SENSOR") from wrong
        asked = [Conditions(t, light, weather) for t in TARGETS for light in LIGHTS for weather in WEATHERS]
    if as_json:
        say_json([described(one, asked, tests, project.performance) for one in chosen])
    elif sensor is None:
        _print_all(console(), chosen, tests, project.performance)
    else:
        _print_one(console(), chosen[0], asked, tests, project.performance)


@app.command("test")
def write_down(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The centre's folder; the centre must not run.")],
    sensor: Annotated[str, typer.Argument(metavar="SENSOR", help="The sensor that was tested.")],
    target: Annotated[Target, typer.Option(help="What passed: person, vehicle or animal.")],
    from_m: Annotated[float, typer.Option(min=0, help="Nearest distance of the passes from the sensor, metres.")],
    to_m: Annotated[float, typer.Option(min=0, help="Farthest distance of the passes from the sensor, metres.")],
    walked: Annotated[int, typer.Option(min=1, help="How many passes were made, all of them.")],
    detected: Annotated[int, typer.Option(min=0, help="How many of them the sensor reported while they lasted.")],
    by: Annotated[str, typer.Option(help="Who tested, as a role: section engineer. Never the name of a person.")],
    source: Annotated[str, typer.Option(help="Where the passes are written down.")],
    light: Annotated[Light, typer.Option(help="day or night.")] = "night",
    weather: Annotated[Weather, typer.Option(help="clear, haze, dust or rain.")] = "clear",
    pass_s: Annotated[
        float | None,
        typer.Option(help="Seconds that one pass stayed in the band; without it, as long as crossing it takes."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day of the test, as 2021-03-17; today when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a walk test down in the journal of a stopped centre; walktests.csv is read by any when it starts."""
    from vallum.centre.walked import UnknownSensorError, clock_of, known_sensors, named, write_walk_test

    known = known_sensors(folder)
    try:
        tested = named(known, sensor)
    except UnknownSensorError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="SENSOR") from wrong
    clock = clock_of(folder, known)
    made = _test(
        sensor_id=sensor, target=target, light=light, weather=weather, from_m=from_m, to_m=to_m, walked=walked,
        detected=detected, pass_s=pass_s, on=clock.now().date() if on is None else _day(on), by=by, source=source,
    )  # fmt: skip
    record = write_walk_test(folder, made, clock)
    counts = isinstance(tested, SensorRow) and tested.lacks(made)
    if as_json:
        say_json({"seq": record.seq, "bound": made.bound, "counts": counts, "test": made.model_dump(mode="json")})
        return
    out = console()
    out.print(f"Record {record.seq}: {_told(made)}.", soft_wrap=True)
    if not counts:
        out.print("It changes nothing: the journal knew it, or the sensor was moved after that day.", style="yellow")


def described(
    sensor: Sensor, asked: Sequence[Conditions], tests: Sequence[WalkTest], parameters: Parameters
) -> dict[str, Any]:
    """Return what is known of one sensor's performance as plain values.

    Examples
    --------
    >>> project = load("iraq-syria")
    >>> shown = described(project.sensors[0], [Conditions("person", "night", "clear")], (), project.performance)
    >>> shown["sensor_id"], shown["conditions"][0]["assumed_to_m"]
    ('T-01-thermal', {'50': 1050, '80': 698, '95': 441})
    """
    return {
        "sensor_id": sensor.sensor_id,
        "kind": sensor.kind,
        "declared": {
            "range_person_m": sensor.range_person_m,
            "range_vehicle_m": sensor.range_vehicle_m,
            "range_probability": sensor.range_probability,
            "source": sensor.performance_source,
        },
        "conditions": [_in(performance(sensor, what, tests, parameters), what) for what in asked],
    }


def _in(found: Performance, what: Conditions) -> dict[str, Any]:
    return {
        "target": what.target,
        "light": what.light,
        "weather": what.weather,
        "assumed_to_m": {f"{share * 100:g}": _whole(found.distance_at_m(share)) for share in SHARES},
        "best_look": found.ceiling,
        "availability": found.availability,
        "duty": round(found.duty, 3),
        "glimpse_s": found.glimpse_s,
        "range_min_m": round(found.range_min_m),
        "reach_m": round(found.reach_m),
        "proven": [
            {"from_m": band.from_m, "to_m": band.to_m, "a_pass": round(band.bound, 4), "source": band.source}
            for band in found.proven
        ],
        "source": found.source,
    }


def _known(project: Project) -> tuple[tuple[Sensor, ...], tuple[WalkTest, ...]]:
    """Give the sensors and their walk tests: by the journal where a centre has run, else by the files."""
    from vallum.centre.walked import known_sensors

    if not (project.folder / "journal.db").exists():
        return project.sensors, project.walk_tests
    rows = known_sensors(project.folder)
    return rows, tuple(test for row in rows for test in row.walk_tests)


def _test(**said: Any) -> WalkTest:
    try:
        return WalkTest(**said)
    except ValidationError as error:
        words = [
            f"{'.'.join(str(part) for part in wrong['loc'])} {wrong['msg'].removeprefix('Value error, ')}".strip()
            for wrong in error.errors(include_url=False)
        ]
        raise typer.BadParameter("; ".join(words)) from error


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as wrong:
        raise typer.BadParameter(f"{words!r} is no day; write it as 2021-03-17", param_hint="--on") from wrong


def _told(test: WalkTest) -> str:
    band = f"{test.from_m:g}-{test.to_m:g} m, {test.conditions}"
    return f"{test.detected} of {test.walked} passes of {test.sensor_id} ({band}) prove {test.bound:.3f} a pass at 95 %"


def _print_all(out: Console, known: Sequence[Sensor], tests: Sequence[WalkTest], parameters: Parameters) -> None:
    table = _table("sensor", "person, out to m", "vehicle, out to m", "walk tests")
    by_night: tuple[Conditions, ...] = (Conditions("person", "night", "clear"), Conditions("vehicle", "night", "clear"))
    for sensor in known:
        cells = [_reach(performance(sensor, what, tests, parameters)) for what in by_night]
        own = sum(test.sensor_id == sensor.sensor_id for test in tests)
        table.add_row(sensor.sensor_id, *cells, str(own) if own else "none: assumed")
    out.print("On a clear night:\n")
    out.print(table)
    out.print()
    out.print(_READING, soft_wrap=True)


def _print_one(
    out: Console, sensor: Sensor, asked: Sequence[Conditions], tests: Sequence[WalkTest], parameters: Parameters
) -> None:
    share = sensor.range_probability or parameters.of(sensor.kind).declared_probability.value
    out.print(f"[bold]{sensor.sensor_id}[/bold], {sensor.kind.replace('_', ' ')}")
    out.print(
        f"Declared: person {sensor.range_person_m:g} m, vehicle {sensor.range_vehicle_m:g} m, for a probability of "
        f"{share:g}. {sensor.performance_source}",
        soft_wrap=True,
        markup=False,
    )
    table = _table("target", "light", "weather", "out to m", "proven by walk tests")
    for what in asked:
        found = performance(sensor, what, tests, parameters)
        proven = "\n".join(
            f"{band.from_m:g}-{band.to_m:g} m: {band.bound:.3f} a pass" for band in reversed(found.proven)
        )
        table.add_row(what.target, what.light, what.weather, _reach(found), proven or "no: assumed")
    out.print()
    out.print(table)
    best = performance(sensor, asked[0], tests, parameters)
    out.print()
    out.print(_READING, soft_wrap=True)
    out.print(
        f"Best look {best.ceiling:g}; it looks at a given place in {best.duty:.0%} of looks {best.glimpse_s:g} s apart "
        f"and works {best.availability:.0%} of the time. Nearer than {best.range_min_m:.0f} m it sees nothing.",
        soft_wrap=True,
    )
    for test in tests:
        if test.sensor_id == sensor.sensor_id:
            out.print(f"{test.on}, {test.by}: {_told(test)}. {test.source}", soft_wrap=True, markup=False)
    kind = parameters.of(sensor.kind)
    out.print(
        f"Field share {kind.field_share.value:g} ({kind.field_share.basis}): {kind.field_share.source}.",
        soft_wrap=True,
        markup=False,
    )


_READING = (
    "Out to m: where one look still has 50 / 80 / 95 % of its best, given line of sight. Assumed, from what was "
    "declared and performance.toml; what was walked counts instead, in its band."
)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if "out to" in column else "left", no_wrap=True)
    return table


def _reach(found: Performance) -> str:
    distances = [_whole(found.distance_at_m(share)) for share in SHARES]
    if distances[0] is None:
        return "out"
    return " / ".join("-" if distance is None else str(distance) for distance in distances)


def _whole(distance_m: float | None) -> int | None:
    return None if distance_m is None else round(distance_m)
