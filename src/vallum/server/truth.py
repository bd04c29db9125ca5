"""What really happened in a simulated night, set against the alarms that were raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from vallum.server.models import MissedCrossing, TruthShape
from vallum.simulate.scoring import tell
from vallum.watch.alarm import AlarmRow


def truth_shape(truth: Mapping[str, Any], alarms: Iterable[AlarmRow]) -> TruthShape:
    """Compare a night's truth with its alarms.

    Parameters
    ----------
    truth : mapping
        As the simulator wrote it.
    alarms : iterable of AlarmRow
        All alarms of the night.

    Examples
    --------
    >>> truth_shape({"actors": [], "crossings": []}, []).crossed
    0
    """
    told = tell(truth, [alarm.model_dump(include={"raised_at", "lon", "lat", "kind"}) for alarm in alarms])
    return TruthShape(
        over=True,
        crossed=sum(crossing.count for crossing in told.crossings),
        crossed_groups=told.crossed,
        reported=told.reported,
        seen=told.alarmed,
        unseen=tuple(
            MissedCrossing(
                at=datetime.fromtimestamp(crossing.at_s, UTC),
                chainage_m=crossing.chainage_m,
                kind=crossing.kind,
                count=crossing.count,
            )
            for crossing in told.crossings
            if not crossing.alarmed
        ),
        alarms=told.alarms,
        alarms_by_cause=dict(told.alarm_causes),
        rule=told.rule,
    )
