"""What was true up to now, and what was each sensor shown of it: the night as a file.

The file tells only what has happened: nobody can read in it who will come.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from vallum.simulate.actors import Journey
from vallum.simulate.sensing import Report
from vallum.simulate.world import World

SPACING_S = 30.0


@dataclass(slots=True)
class Shown:
    """What the sensors reported so far.

    Per actor and sensor the first and last instant (unix seconds) and how often; per sensor the reports of nothing.
    """

    of_actor: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    false_of_sensor: dict[str, int] = field(default_factory=dict)

    def add(self, reports: Iterable[Report], sensor_ids: Mapping[int, str] | list[str]) -> None:
        """Count reports.

        Examples
        --------
        >>> shown = Shown()
        >>> shown.add([], [])
        >>> shown.of_actor
        {}
        """
        for report in reports:
            sensor_id = sensor_ids[report.sensor_index]
            if report.actor_id is None:
                self.false_of_sensor[sensor_id] = self.false_of_sensor.get(sensor_id, 0) + 1
                continue
            line = self.of_actor.setdefault(report.actor_id, {}).setdefault(sensor_id, [report.at_s, report.at_s, 0])
            line[1] = report.at_s
            line[2] += 1


def told(world: World, shown: Shown, now_s: float) -> dict[str, Any]:
    """Return the truth up to an instant as plain values for JSON.

    Parameters
    ----------
    world, shown
        The night and what was reported of it.
    now_s
        Unix seconds; nothing later is told.

    Returns
    -------
    dict
        `seed`, `started_at`, `told_at`; `actors` (id, kind, purpose, count, `way`: [unix s, lon, lat] every 30 s,
        `seen_by`: sensor -> first_s, last_s, reports); `crossings`; `false_reports` by sensor.

    Examples
    --------
    See `vallum.simulate.scoring.tell`, which reads it.
    """
    actors = []
    for journey in world.journeys:
        if journey.times_s[0] > now_s:
            continue
        seen = shown.of_actor.get(journey.actor_id, {})
        actors.append(
            {
                "id": journey.actor_id,
                "kind": journey.kind,
                "purpose": _purpose_so_far(journey, now_s),
                "count": journey.count,
                "way": _way(journey, now_s),
                "seen_by": {
                    sensor_id: {"first_s": first_s, "last_s": last_s, "reports": int(number)}
                    for sensor_id, (first_s, last_s, number) in sorted(seen.items())
                },
            }
        )
    return {
        "seed": world.seed,
        "started_at": _utc(world.start_s),
        "told_at": _utc(now_s),
        "actors": actors,
        "crossings": [
            {**asdict(crossing), "at": _utc(crossing.at_s)}
            for crossing in world.crossings
            if world.start_s <= crossing.at_s <= now_s
        ],
        "false_reports": dict(sorted(shown.false_of_sensor.items())),
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON so that a reader finds either the old file or the new one, never half of it.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "truth.json"
    >>> write(file, {"seed": 1})
    >>> file.read_text()
    '{"seed":1}'
    """
    unfinished = path.with_name(path.name + ".new")
    with unfinished.open("wb") as stream:
        stream.write(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY))
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def _way(journey: Journey, now_s: float) -> list[list[float]]:
    until_s = min(now_s, float(journey.times_s[-1]))
    times_s = np.append(np.arange(float(journey.times_s[0]), until_s, SPACING_S), until_s)
    lon, lat = np.interp(times_s, journey.times_s, journey.lon), np.interp(times_s, journey.times_s, journey.lat)
    return np.column_stack((times_s.round(1), lon.round(6), lat.round(6))).tolist()  # type: ignore[no-any-return]


def _purpose_so_far(journey: Journey, now_s: float) -> str:
    """Somebody who comes to the line and is not done yet is under way: what it will do is not told."""
    done = now_s >= journey.times_s[-1]
    return journey.purpose if done or journey.purpose not in ("crosses", "turns back") else "under way"


def _utc(t_s: float) -> str:
    return datetime.fromtimestamp(t_s, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
