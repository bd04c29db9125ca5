"""What are the figures of a holding analysis that people ask for first, as plain values?

Kilometres are those of the line as it is drawn. Every figure stands with the cell and the grade of the terrain it rests
on; assumptions are listed with their sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import orjson

from vallum.plan.course import course
from vallum.plan.field import Field
from vallum.plan.gaps import Gap, gaps, held_from_outside
from vallum.plan.interruption import Holding
from vallum.plan.rates import Rates
from vallum.plan.scene import Held


def summed_up(field: Field, found: Sequence[Holding], *, with_courses: bool = True) -> dict[str, Any]:
    """Return the figures; the keys are documented in docs/holding.md.

    Parameters
    ----------
    field
        What all cases share.
    found
        What was found, case by case.
    with_courses
        Whether the way through each gap is told event by event.
    """
    scene = field.scene
    ground, strip = scene.ground, scene.strip
    basis = basis_of(field)
    assumptions = field.assumed.listed()
    return {
        "frontier": strip.frontier.name,
        "line_version": strip.frontier.version,
        "length_km": round(strip.frontier.map_length_m / 1000.0, 3),
        **basis,
        "half_width_km": strip.half_width_m / 1000.0,
        "step_m": scene.fineness.step_m,
        "direction": field.zones.direction,
        "required": field.assumed.required.value,
        "terrain": [source.name for source in ground.used],
        "notes": notes_of(field, found),
        "units": {
            "counted": len(found[0].there.unit_ids) if found else 0,
            "left_out": dict(found[0].there.left_out) if found else {},
        },
        "obstacles_km": {
            mover: round(
                sum(one.to_m - one.from_m for one in field.stretches(mover) if one.delay.least_s > 0.0) / 1000.0, 1
            )
            for mover in ("foot", "vehicle")
        },
        "cases": [
            {**case_figures(field, held, with_courses), **basis, "assumptions": assumptions} for held in found
        ],
    }  # fmt: skip


def notes_of(field: Field, found: Sequence[Holding]) -> list[str]:
    """Return what has to be said with every figure: unknown ground, and which sensors and units do not count."""
    left_out = dict(found[0].there.left_out) if found else {}
    return [*field.notes, *(f"{unit_id} {why}." for unit_id, why in left_out.items())]


def basis_of(field: Field) -> dict[str, Any]:
    """Return what every figure stands on: its cells, and how good the terrain is."""
    ground = field.scene.ground
    return {
        "cell_m": field.scene.strip.cell_m,
        "terrain_cell_m": None if ground.terrain_cell_m is None else round(ground.terrain_cell_m, 1),
        "grade": ground.grade,
    }


def case_figures(field: Field, held: Holding, with_courses: bool = True) -> dict[str, Any]:
    """Return the figures of one case; `with_courses` also what happens on the way through each gap."""
    edges_m, required = field.zones.edges_m, field.assumed.required.value
    length_m = np.diff(edges_m)
    lowest = int(held.p.argmin())
    rates = Rates.of(field.scene, held.times[:1], Held(field.scene.ground.heights_m)) if with_courses else None
    own_s = held.own_delay_s[np.isfinite(held.own_delay_s)]
    return {
        "name": held.case.name,
        "states": [
            {
                "name": time.name,
                "weight": round(time.weight, 5),
                "p_interruption_min": _p(float(p.min())),
                "held_km": _km(float(length_m[p >= required].sum())),
                "source": time.source,
            }
            for time, p in zip(held.times, held.p_by_time, strict=True)
        ],
        "p_interruption_min": _p(float(held.p[lowest])),
        "margin_min_s": round(float(held.margin_s.min()), 1),
        "at_km": _km((edges_m[lowest] + edges_m[lowest + 1]) / 2.0),
        "p_interruption_mean": _p(float((held.p * length_m).sum() / length_m.sum())),
        "lower_min": None if np.isnan(held.lower).all() else _p(float(held.lower.min())),
        "upper_min": None if np.isnan(held.upper).all() else _p(float(held.upper.min())),
        "held_km": _km(float(length_m[held.p >= required].sum())),
        "held_from_outside": [
            {"from_km": _km(first), "to_km": _km(end)} for first, end in held_from_outside(held, edges_m, required)
        ],
        "gaps": [gap_shown(field, held, gap, rates) for gap in gaps(held, edges_m, required)],
        "own_obstacles_delay_us_s": {
            "mean": round(float(own_s.mean()), 1) if own_s.size else 0.0,
            "most": round(float(own_s.max()), 1) if own_s.size else 0.0,
        },
        "not_proven_steps": int((~held.least.proven[np.isfinite(held.least.exposure)]).sum()),
    }


def gap_shown(field: Field, held: Holding, gap: Gap, rates: Rates | None = None) -> dict[str, Any]:
    """Return a gap as plain values, with what happens on its weakest way when sensors are given."""
    shown: dict[str, Any] = {
        **gap_figures(gap),
        "if_changed": {cause: _p(p) for cause, p in gap.changed.items()},
    }
    for name, values in (("lower", held.lower), ("upper", held.upper)):
        shown[name] = None if np.isnan(values[gap.step]) else _p(float(values[gap.step]))
    if rates is not None:
        shown["course"] = [
            {
                "what": event.what,
                "clock_s": round(event.clock_s, 1),
                "lon": round(event.lon, 5),
                "lat": round(event.lat, 5),
                "km": _km(event.chainage_m),
                "offset_m": round(event.offset_m),
                "by": event.by,
                "seconds": None if event.seconds is None else round(event.seconds, 1),
            }
            for event in course(field, held, gap.step, rates)
        ]
    return shown


def gap_figures(gap: Gap) -> dict[str, Any]:
    """Return the figures of a gap that tables and documents share."""
    return {
        "from_km": _km(gap.from_m),
        "to_km": _km(gap.to_m),
        "length_km": _km(gap.to_m - gap.from_m),
        "p_interruption_min": _p(gap.p),
        "at_km": _km(gap.at_m),
        "margin_min_s": round(gap.margin_s, 1),
        "cause": gap.cause,
        "verdict": gap.verdict,
    }


def _km(metres: float) -> float:
    return round(float(metres) / 1000.0, 3)


def _p(value: float) -> float:
    return round(value, 6)


def record(field: Field, found: Sequence[Holding], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is needed to find a result again: inputs by hash, figures, rules and versions."""

    def digest(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def of(models: Sequence[Any]) -> str:
        plain = [model.model_dump(mode="json") for model in models]
        return digest(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS))

    scene = field.scene
    return {
        "line_version": scene.strip.frontier.version,
        "settings": dict(settings),
        "cases": [held.case.name for held in found],
        "halo_m": [held.halo_m for held in found],
        "inputs": {
            "line": digest(scene.strip.frontier.vertices.tobytes()),
            "ground": digest(np.ascontiguousarray(scene.ground.heights_m).tobytes()),
            "classes": digest(field.ground.tobytes()),
            "sensors": of(scene.sensors),
            "walk_tests": of(scene.tests),
            "units": of(field.units),
            "obstacles": of(field.obstacles),
            "performance": of([scene.parameters]),
            "mobility": of([field.mobility]),
            "delays": of([field.delays]),
            "assumptions": of([field.assumed]),
        },
        "outputs": {held.case.name: digest(np.ascontiguousarray(held.p).tobytes()) for held in found},
        "versions": {name: version(name) for name in ("vallum", "numpy", "numba", "scipy", "rasterio", "pyproj")},
    }
