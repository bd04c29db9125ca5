"""How does a holding analysis read as rows: step by step along the line, gap by gap, way by way?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from vallum.plan.course import course, lonlat_of
from vallum.plan.field import Field
from vallum.plan.gaps import gaps
from vallum.plan.holdsummary import gap_figures
from vallum.plan.interruption import Holding
from vallum.plan.rates import Rates
from vallum.plan.rows import Row, along
from vallum.plan.scene import Held


def step_rows(field: Field, found: Sequence[Holding]) -> Iterator[Row]:
    """Yield a row for each step and case: chainage, P_I and its bounds, margin, response, and each kind of time."""
    edges_m = field.zones.edges_m
    for held in found:
        for step in range(field.steps):
            row: Row = {
                "case": held.case.name,
                "from_km": _km(edges_m[step]),
                "to_km": _km(edges_m[step + 1]),
                "p_interruption": _p(held.p[step]),
                "lower": _p(held.lower[step]),
                "upper": _p(held.upper[step]),
                "margin_s": round(float(held.margin_s[step]), 1),
                "response_s": round(float(held.response_s[step]), 1) if np.isfinite(held.response_s[step]) else None,
                "own_delay_s": round(float(held.own_delay_s[step]), 1) if np.isfinite(held.own_delay_s[step]) else None,
                "lost_before_line": bool(held.least.across[step]),
            }
            # Cases mix different kinds of time: they stand in one column.
            row["kinds_of_time"] = "; ".join(
                f"{time.name} {p[step]:.3f}" for time, p in zip(held.times, held.p_by_time, strict=True)
            )
            yield row


def gap_rows(field: Field, found: Sequence[Holding]) -> Iterator[Row]:
    """Yield a row for each gap, with its stretch of the line."""
    edges_m, required, line = field.zones.edges_m, field.assumed.required.value, field.scene.strip.frontier
    for held in found:
        for gap in gaps(held, edges_m, required):
            yield {
                "case": held.case.name,
                **gap_figures(gap),
                **{f"if_{cause}": _p(p) for cause, p in gap.changed.items()},
                "geometry": along(line, gap.from_m, gap.to_m),
            }


def way_rows(field: Field, found: Sequence[Holding]) -> Iterator[Row]:
    """Yield the weakest way of each gap, to where it is too late."""
    for held in found:
        for gap in gaps(held, field.zones.edges_m, field.assumed.required.value):
            way = held.least.ways.get(gap.step)
            if way is None or len(way.cells) < 2:
                continue
            lon, lat = lonlat_of(field, way.cells)
            yield {
                "case": held.case.name,
                "at_km": _km(gap.at_m),
                "p_interruption": _p(gap.p),
                "too_late_s": round(float(way.clock_s[-1]), 1),
                "latest_alarm_s": round(way.latest_s, 1),
                "exposure": round(float(way.exposure[0, -1]), 6),
                "geometry": shapely.LineString(np.column_stack([lon, lat])),
            }


def event_rows(field: Field, found: Sequence[Holding]) -> Iterator[Row]:
    """Yield what happens on the weakest way of each gap, event by event."""
    for held in found:
        rates = Rates.of(field.scene, held.times[:1], Held(field.scene.ground.heights_m))
        for gap in gaps(held, field.zones.edges_m, field.assumed.required.value):
            for event in course(field, held, gap.step, rates):
                yield {
                    "case": held.case.name,
                    "at_km": _km(gap.at_m),
                    "what": event.what,
                    "clock_s": round(event.clock_s, 1),
                    "by": event.by,
                    "seconds": None if event.seconds is None else round(event.seconds, 1),
                    "km": _km(event.chainage_m),
                    "offset_m": round(event.offset_m, 1),
                    "geometry": shapely.Point(event.lon, event.lat),
                }


def _km(metres: float) -> float:
    return round(float(metres) / 1000.0, 4)


def _p(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
