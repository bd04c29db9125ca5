from datetime import UTC, datetime, timedelta

import pytest

from vallum.watch.alarm import AlarmRow, AlarmState
from vallum.watch.load import load
from vallum.watch.rules import Priority

NOW = datetime(2021, 3, 17, 22, tzinfo=UTC)


def alarm(
    minutes_ago: float, *, priority: Priority = 1, state: AlarmState = "unacknowledged", waited_s: float | None = None
) -> AlarmRow:
    raised_at = NOW - timedelta(minutes=minutes_ago)
    return AlarmRow(
        alarm_id=f"A-{minutes_ago}",
        rule="approach",
        kind="approach",
        priority=priority,
        raised_at=raised_at,
        record_id="r",
        state=state,
        acknowledged_at=None if waited_s is None else raised_at + timedelta(seconds=waited_s),
    )


def test_a_quiet_watch_has_no_load() -> None:
    quiet = load([], NOW, operators=0)
    assert (quiet.alarms_last_10_min, quiet.alarms_per_operator_10_min, quiet.acknowledge_median_s) == (0, 0.0, None)
    assert dict(quiet.share_by_priority) == {1: 0.0, 2: 0.0, 3: 0.0}


def test_only_the_last_ten_minutes_weigh() -> None:
    now = load([alarm(0.0), alarm(9.9), alarm(10.0), alarm(300.0), alarm(-1.0)], NOW, operators=2)
    assert (now.alarms_last_10_min, now.operators, now.alarms_per_operator_10_min) == (2, 2, 1.0)


def test_with_nobody_there_the_alarms_do_not_vanish() -> None:
    assert load([alarm(1.0)], NOW, operators=0).alarms_per_operator_10_min == 1.0


def test_the_median_wait_counts_only_alarms_that_somebody_took() -> None:
    alarms = [alarm(30.0, waited_s=10.0), alarm(20.0, waited_s=300.0), alarm(15.0, waited_s=20.0), alarm(5.0)]
    assert load(alarms, NOW, operators=1).acknowledge_median_s == 20.0


def test_shares_and_shelf_are_counted() -> None:
    alarms = [alarm(1.0), alarm(2.0, priority=2, state="shelved"), alarm(3.0, priority=2), alarm(4.0, priority=3)]
    now = load(alarms, NOW, operators=1)
    assert dict(now.share_by_priority) == pytest.approx({1: 0.25, 2: 0.5, 3: 0.25})
    assert now.shelved == 1
