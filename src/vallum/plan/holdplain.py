"""What does one case of a holding analysis read as plain values that cross a wire: figures, steps and weakest ways?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.plan.course import lonlat_of
from vallum.plan.field import Field
from vallum.plan.gaps import gaps, runs
from vallum.plan.holdsummary import basis_of, case_figures, notes_of
from vallum.plan.interruption import Holding
from vallum.plan.tried import Tried

FloatArray = NDArray[np.float64]

_FIGURES = (
    "p_interruption_min", "margin_min_s", "at_km", "p_interruption_mean", "held_km", "own_obstacles_delay_us_s",
)  # fmt: skip


def case_plain(field: Field, held: Holding) -> dict[str, Any]:
    """Return all that a page shows of a case; infinite and unknown values are None.

    Parameters
    ----------
    field, held
        The ground, and what was found on it.
    """
    weight = np.array([time.weight for time in held.times])
    figures = case_figures(field, held)
    return {
        **figures,
        **basis_of(field),
        "notes": notes_of(field, [held]),
        "gaps": _with_ways(field, held, figures["gaps"]),
        "edges_m": _rounded(field.zones.edges_m, 1),
        **_steps(held),
        "lower": _rounded(held.lower, 4),
        "upper": _rounded(held.upper, 4),
        "ceiling": _rounded(weight @ held.ceiling, 4),
        "lost_before_line": held.least.across.tolist(),
    }


def tried_plain(field: Field, tried: Tried) -> dict[str, Any]:
    """Return the same of what was tried, without what stays as it is."""
    held, edges_m = tried.holding, field.zones.edges_m
    figures = case_figures(field, held)
    return {
        **{name: figures[name] for name in _FIGURES},
        "again": [
            {"from_km": float(edges_m[first]) / 1000.0, "to_km": float(edges_m[end]) / 1000.0}
            for first, end in runs(tried.again)
        ],
        "gaps": _with_ways(field, held, figures["gaps"]),
        **_steps(held),
    }


def _steps(held: Holding) -> dict[str, Any]:
    return {
        "p": _rounded(held.p, 4),
        "margin_s": _rounded(held.margin_s, 1),
        "response_s": _rounded(held.response_s, 1),
    }


def _with_ways(field: Field, held: Holding, shown: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = gaps(held, field.zones.edges_m, field.assumed.required.value)
    return [{**one, "way": _way(field, held, gap.step)} for one, gap in zip(shown, found, strict=True)]


def _way(field: Field, held: Holding, step: int) -> dict[str, Any] | None:
    way = held.least.ways.get(step)
    if way is None or len(way.cells) < 2:
        return None
    lon, lat = lonlat_of(field, way.cells)
    return {
        "lon": _rounded(lon, 5),
        "lat": _rounded(lat, 5),
        "clock_s": _rounded(way.clock_s, 1),
        "detected": _rounded(-np.expm1(-way.exposure[0]), 4),
        "latest_s": round(way.latest_s, 1),
    }


def _rounded(values: FloatArray, digits: int) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in np.asarray(values, np.float64).round(digits).tolist()]
