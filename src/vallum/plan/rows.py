"""What does a result say row by row, for tables and maps of other programs?

Each function gives rows of plain values; `geometry` is on longitude and latitude, WGS 84. Units are in the names.
Chainages are kilometres of the line as it is drawn, never of the length that officials give.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vallum.frontier.line import Frontier
from vallum.plan.band import Gap
from vallum.plan.outlook import watchers
from vallum.plan.result import Result
from vallum.plan.scene import softness_on
from vallum.plan.sweep import BANDS
from vallum.plan.track import Track

Row = dict[str, Any]

FloatArray = NDArray[np.float64]


def lane_rows(result: Result) -> Iterator[Row]:
    """Give the stretches of the lane of each case: of straight crossings."""
    line = result.sight.strip.frontier
    for case in result.sight.coverage.cases:
        for stretch in result.sight.lane(case).stretches:
            yield {
                "case": case.name,
                "from_km": _km(stretch.from_m),
                "to_km": _km(stretch.to_m),
                "state": stretch.state,
                "sensors": " ".join(stretch.sensors),
                "assumed": stretch.assumed,
                "straight_p_low": _p(stretch.p_low),
                "straight_p_nominal": _p(stretch.p_nominal),
                "straight_p_high": _p(stretch.p_high),
                "geometry": along(line, stretch.from_m, stretch.to_m),
            }


def gap_rows(result: Result) -> Iterator[Row]:
    """Give the stretches where some way is detected less surely than required, with the worst place of each."""
    line = result.sight.strip.frontier
    for case, found in result.strong.items():
        for one in found.gaps:
            yield {"case": case.name, **_gap(one.gap), "geometry": along(line, one.gap.from_m, one.gap.to_m)}


def way_rows(result: Result) -> Iterator[Row]:
    """Give the least-detected way through each gap, and the least detected of all."""
    for case, found in result.strong.items():
        yield {"case": case.name, "through": "the whole line", **_way(found.least)}
        for one in found.gaps:
            through = f"the gap at km {_km(one.gap.from_m):g}-{_km(one.gap.to_m):g}"
            yield {"case": case.name, "through": through, **_way(one.way)}


def failure_rows(result: Result) -> Iterator[Row]:
    """Give what the loss of one sensor, or of two at once, opens."""
    line = result.sight.strip.frontier
    for case, found in result.strong.items():
        for failure in (*found.singles, *(found.pairs or ())):
            stretches = [along(line, gap.from_m, gap.to_m) for gap in failure.gaps]
            yield {
                "case": case.name,
                "sensors": " ".join(failure.sensors),
                "lost": len(failure.sensors),
                "opens_km": _km(failure.length_m),
                "from_km": _km(failure.gaps[0].from_m),
                "to_km": _km(failure.gaps[-1].to_m),
                "p_then": _p(failure.way.probability),
                "crosses_at_km": _km(failure.way.crosses_at_m),
                "geometry": shapely.MultiLineString(stretches),
            }


def sensor_rows(result: Result) -> Iterator[Row]:
    """Give every sensor's outlook in each case; those that see nothing or do not count are there with the reason."""
    sight = result.sight
    cases, softness_of = sight.coverage.cases, softness_on(sight.ground, sight.calibrations)
    placed, _ = watchers(sight.strip, sight.sensors, cases, sight.tests, sight.parameters, softness_of)
    by_id = {watcher.sensor_id: watcher for watcher in placed}
    bits = sight.coverage.posts.bits
    for sensor in sight.sensors:
        watcher = by_id.get(sensor.sensor_id)
        for number, case in enumerate(cases):
            outlook = None if watcher is None else watcher.outlooks[number]
            yield {
                "case": case.name,
                "sensor": sensor.sensor_id,
                "kind": sensor.kind,
                "party": sensor.party,
                "mast_m": sensor.mast_m,
                "bearing_deg": sensor.bearing_deg,
                "sector_deg": sensor.sector_deg,
                "reach_m": None if outlook is None else round(outlook.reach_m, 1),
                "best_look": None if outlook is None else round(float(outlook.by_distance[0].max()), 4),
                "availability": None if outlook is None else outlook.availability,
                "assumed": None if outlook is None else outlook.assumed,
                "bit": None if watcher is None else watcher.number % bits,
                "sees_nothing_because": sight.coverage.left_out.get(sensor.sensor_id),
                "geometry": shapely.Point(sensor.lon, sensor.lat),
            }


def chainage_rows(result: Result) -> Iterator[Row]:
    """Give one row for each step of the line and case."""
    coverage = result.sight.coverage
    edges_m = coverage.crossings.edges_m
    for case in coverage.cases:
        exposures, lane, found = coverage.of(case), result.sight.lane(case), result.strong.get(case)
        alone = sensors_alone(exposures.added[1], coverage.fineness.watched_at)
        ends = np.array([stretch.to_m for stretch in lane.stretches])
        for step in range(len(edges_m) - 1):
            stretch = lane.stretches[int(np.searchsorted(ends, edges_m[step], side="right"))]
            row: Row = {
                "case": case.name,
                "from_km": _km(edges_m[step]),
                "to_km": _km(edges_m[step + 1]),
                "state": stretch.state,
            }
            row |= {f"straight_p_{band}": _p(lane.detected[place, step]) for place, band in enumerate(BANDS)}
            row["sensors_that_alone_watch_it"] = int(alone[step])
            if found is not None:
                row |= {f"any_way_p_{band}": _p(found.detected[place, step]) for place, band in enumerate(BANDS)}
                for place, how in enumerate(("surely", "likely", "perhaps")):
                    row[f"any_way_{how}_seen_by_at_once"] = int(found.at_once[place, step])
                    row[f"any_way_{how}_seen_entries"] = int(found.entered[place, step])
                row["sensors_on_the_least_detected_way"] = int(found.met[step])
            row["assumed"] = stretch.assumed
            row["sensors"] = " ".join(stretch.sensors)
            yield row


def sensors_alone(added: FloatArray, watched_at: float) -> NDArray[np.int64]:
    """Return how many sensors would each alone watch a straight crossing at each step, from exposures (sensors, steps).

    Examples
    --------
    >>> sensors_alone(np.array([[0.8, 0.1], [0.9, 0.8]]), 0.5)
    array([2, 1])
    """
    return np.asarray((-np.expm1(-added) >= watched_at).sum(axis=0), np.int64)


def _gap(gap: Gap) -> Row:
    return {
        "from_km": _km(gap.from_m),
        "to_km": _km(gap.to_m),
        "worst_at_km": _km(gap.worst_at_m),
        "any_way_p_nominal": _p(gap.probability),
    }


def _way(way: Track) -> Row:
    return {
        "crosses_at_km": _km(way.crosses_at_m),
        "length_km": _km(way.length_m),
        "duration_min": round(way.duration_s / 60.0, 1),
        "p_detected": _p(way.probability),
        "likely_detected_after_min": None if way.seen_after_s is None else round(way.seen_after_s / 60.0, 1),
        "geometry": shapely.LineString(np.column_stack([way.lon, way.lat])),
    }


def along(line: Frontier, from_m: float, to_m: float) -> shapely.LineString:
    """Return a stretch of the line on longitude and latitude."""
    return shapely.LineString(line.interval(from_m, to_m))


def _km(length_m: float) -> float:
    return round(float(length_m) / 1000.0, 3)


def _p(probability: float) -> float:
    return round(float(probability), 4)
