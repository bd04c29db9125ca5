"""What are the few figures of a result that people ask for first, as plain values?

Lengths are kilometres of the line as it is drawn. Every figure that depends on the terrain comes as low, nominal and
high; k-coverage says what k counts and from which probability on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.plan.case import Case
from vallum.plan.failing import Failure
from vallum.plan.rasters import BANDS as HOW
from vallum.plan.result import Mixture, Result
from vallum.plan.rows import sensors_alone
from vallum.plan.strong import Strong
from vallum.plan.sweep import BANDS, HIGH, LOW, NOMINAL
from vallum.plan.track import Track
from vallum.terrain.whosees import seen_by

FloatArray = NDArray[np.float64]

UP_TO_K = 3


def summed_up(result: Result) -> dict[str, Any]:
    """Return the figures; the keys are documented in docs/sight.md.

    Examples
    --------
    >>> from vallum.plan.part import Fineness
    >>> from vallum.plan.result import work_out
    >>> from vallum.plan.scene import lay_out
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[:4], cell_m=500.0,
    ...     fineness=Fineness(step_m=1_000.0))
    >>> found = summed_up(work_out(scene, [Case()]))
    >>> straight = found["cases"][0]["straight"]
    >>> round(straight["watched_km"]["high"] + straight["not_watched_km"])
    599
    >>> found["sensors"]["walk_tested"], found["terrain"]["grade"]
    (0, 'indicative')
    """
    sight, coverage = result.sight, result.sight.coverage
    ground, rules, line = sight.ground, coverage.fineness, sight.strip.frontier
    tested = {test.sensor_id for test in sight.tests}
    return {
        "frontier": line.name,
        "line_version": line.version,
        "length_km": _km(line.map_length_m),
        "terrain": {
            "grade": ground.grade,
            "cell_m": _rounded(ground.terrain_cell_m, 1),
            "error_sd_m": _rounded(ground.error_sd_m, 2),
            "error_length_m": _rounded(ground.error_length_m, 1),
            "error_source": [source.error_source for source in ground.used],
            "sources": [source.name for source in ground.used],
            "void_share": _rounded(ground.void_share, 5),
            "opinion_share": None if sight.opinion_share is None else _rounded(sight.opinion_share, 4),
        },
        "rules": {
            "cell_m": sight.strip.cell_m,
            "half_width_km": sight.strip.half_width_m / 1000.0,
            "step_m": rules.step_m,
            "half_depth_m": rules.half_depth_m,
            "watched_at": rules.watched_at,
            "counts_from": rules.counts_from,
            "refraction_k": rules.refraction_k,
        },
        "sensors": {
            "counted": len(sight.sensors) - len(coverage.left_out),
            "walk_tested": sum(sensor.sensor_id in tested for sensor in sight.sensors),
            "see_nothing": dict(coverage.left_out),
            "do_not_count": dict(result.not_counted),
        },
        "notes": list(result.notes),
        "cases": [_case(result, case) for case in coverage.cases],
        "mixtures": [_mixture(one, result) for one in result.mixtures],
    }


def _case(result: Result, case: Case) -> dict[str, Any]:
    found = result.strong.get(case)
    return {
        "case": case.name,
        "target": case.target,
        "light": case.light,
        "weather": case.weather,
        "proven_only": case.proven_only,
        "straight": _straight(result, case),
        "any_way": None if found is None else _any_way(found),
        "ground_near_the_line": None if result.corridor is None else _ground(result.corridor[case].sets),
    }


def _straight(result: Result, case: Case) -> dict[str, Any]:
    coverage = result.sight.coverage
    lengths_m, at = np.diff(coverage.crossings.edges_m), coverage.fineness.watched_at
    exposures, lane = coverage.of(case), result.sight.lane(case)
    watched_m = _watched_m(lane.detected, lengths_m, at)
    alone = sensors_alone(exposures.added[NOMINAL], at)
    return {
        "watched_km": _banded([_km(length) for length in watched_m]),
        "uncertain_km": _km(watched_m[HIGH] - watched_m[LOW]),
        "not_watched_km": _km(float(lengths_m.sum()) - watched_m[HIGH]),
        "watched_on_assumptions_km": _km(
            sum(one.to_m - one.from_m for one in lane.stretches if one.assumed and one.state == "watched")
        ),
        "least_p": _banded([_rounded(float(band.min()), 4) for band in lane.detected]),
        # By how many sensors, each of which would watch a straight crossing alone, nominally.
        "alone_watched_by_km": _at_least(alone, lengths_m),
        "worst_single_loss": _worst_straight(result, case),
    }


def _worst_straight(result: Result, case: Case) -> dict[str, Any] | None:
    """Return the sensor without which most of the line is no longer watched straight, nominally."""
    coverage = result.sight.coverage
    edges_m, at, added = coverage.crossings.edges_m, coverage.fineness.watched_at, coverage.of(case).added[NOMINAL]
    total = added.sum(axis=0)
    opens = (-np.expm1(-total) >= at) & (-np.expm1(-(total - added)) < at)
    lost_m = opens @ np.diff(edges_m)
    if not lost_m.size or lost_m.max() <= 0.0:
        return None
    worst = int(np.argmax(lost_m))
    first = int(np.argmax(opens[worst]))
    return {
        "sensors": [coverage.of(case).sensor_ids[worst]],
        "opens_km": _km(float(lost_m[worst])),
        "from_km": _km(float(edges_m[first])),
    }


def _any_way(found: Strong) -> dict[str, Any]:
    lengths_m = np.diff(found.edges_m)
    return {
        "closed_km": _banded([_km(found.closed_m(band)) for band in range(3)]),
        "least_p": _banded([_rounded(float(band.min()), 4) for band in found.detected]),
        "least_at_km": _banded([_km(found.least_at_m(band)) for band in range(3)]),
        "least_detected_way": _way(found.least),
        # By how many sensors at once every way is somewhere seen.
        "seen_at_once_by_km": {how: _at_least(found.at_once[place], lengths_m) for place, how in enumerate(HOW)},
        "thinnest": {
            how: {
                "entries": one.thickness,
                "resilience_at_least": one.at_least,
                "resilience_at_most": one.at_most,
                "sensors": list(one.sensors),
                "at_km": _km(one.at_m),
            }
            for how, one in zip(HOW, found.thinnest, strict=True)
        },
        "gaps": len(found.gaps),
        "single_losses_that_open": len(found.singles),
        "pair_losses_that_open": None if found.pairs is None else len(found.pairs),
        "worst_single_loss": _failure(found.singles),
        "worst_pair_loss": _failure(found.pairs or ()),
    }


def _mixture(one: Mixture, result: Result) -> dict[str, Any]:
    coverage = result.sight.coverage
    watched_m = _watched_m(one.detected, np.diff(coverage.crossings.edges_m), coverage.fineness.watched_at)
    return {
        "target": one.target,
        "light": one.light,
        "states": [
            {"name": state.name, "weight": _rounded(state.weight, 4), "source": state.source} for state in one.states
        ],
        "watched_km": _banded([_km(length) for length in watched_m]),
        "mean_p": _banded([_rounded(float(band.mean()), 4) for band in one.detected]),
    }


def _ground(sets: NDArray[np.uint64]) -> dict[str, dict[str, float]]:
    """Return which share of the ground near the line is seen by at least so many sensors."""
    shares = {}
    for how, band in zip(HOW, sets, strict=True):
        counts = seen_by(band[:, None, :])
        shares[how] = {str(k): _rounded(float((counts >= k).mean()), 4) for k in range(1, UP_TO_K + 1)}
    return shares


def _way(way: Track) -> dict[str, Any]:
    return {
        "crosses_at_km": _km(way.crosses_at_m),
        "length_km": _km(way.length_m),
        "duration_min": _rounded(way.duration_s / 60.0, 1),
        "p_detected": _rounded(way.probability, 4),
    }


def _failure(failures: Sequence[Failure]) -> dict[str, Any] | None:
    if not failures:
        return None
    worst = failures[0]
    return {
        "sensors": list(worst.sensors),
        "opens_km": _km(worst.length_m),
        "from_km": _km(worst.gaps[0].from_m),
        "p_then": _rounded(worst.way.probability, 4),
    }


def _watched_m(detected: FloatArray, lengths_m: FloatArray, at: float) -> list[float]:
    return [float(lengths_m[band >= at].sum()) for band in detected]


def _at_least(counts: NDArray[np.int64], lengths_m: FloatArray) -> dict[str, float]:
    return {str(k): _km(float(lengths_m[counts >= k].sum())) for k in range(1, UP_TO_K + 1)}


def _banded(values: Sequence[float]) -> dict[str, float]:
    return dict(zip(BANDS, values, strict=True))


def _km(length_m: float) -> float:
    return round(length_m / 1000.0, 3)


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits)
