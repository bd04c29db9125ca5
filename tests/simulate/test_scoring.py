from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.simulate.scoring import CAUSES, tell

DUSK_S = 1_616_000_000.0
# About 900 m east in 10 minutes.
WAY = [[DUSK_S, 41.0, 36.0], [DUSK_S + 600.0, 41.01, 36.0]]


def actor(name: str, kind: str, *, north_deg: float = 0.0, seen_s: float | None = None) -> dict[str, Any]:
    seen = {} if seen_s is None else {"c1": {"first_s": DUSK_S + seen_s, "last_s": DUSK_S + seen_s, "reports": 1}}
    way = [[t_s, lon, lat + north_deg] for t_s, lon, lat in WAY]
    return {"id": name, "kind": kind, "purpose": "x", "count": 2, "way": way, "seen_by": seen}


def crossing(name: str, kind: str = "person", at_s: float = 300.0) -> dict[str, Any]:
    return {
        "actor_id": name,
        "kind": kind,
        "count": 2,
        "at_s": DUSK_S + at_s,
        "chainage_m": 50_000.0,
        "direction": "to this side",
    }


def alarm(at_s: float = 100.0, *, north_deg: float = 0.0, kind: str = "approach") -> dict[str, Any]:
    return {"raised_at": DUSK_S + at_s, "lon": 41.0, "lat": 36.0 + north_deg, "kind": kind, "classification": "person"}


def test_a_crossing_with_an_alarm_was_alarmed() -> None:
    told = tell({"actors": [actor("a", "person", seen_s=10.0)], "crossings": [crossing("a")]}, [alarm()])
    assert (told.crossed, told.reported, told.alarmed) == (1, 1, 1)
    assert told.unseen == ()
    assert told.alarm_causes == {**dict.fromkeys(CAUSES, 0), "crossed": 1}


def test_a_crossing_that_no_sensor_reported_is_unseen_and_says_where() -> None:
    told = tell({"actors": [actor("a", "person")], "crossings": [crossing("a")]}, [])
    assert (told.crossed, told.reported, told.alarmed) == (1, 0, 0)
    assert [one.chainage_m for one in told.unseen] == [50_000.0]


def test_an_alarm_too_far_away_or_too_late_does_not_count() -> None:
    truth = {"actors": [actor("a", "person")], "crossings": [crossing("a")]}
    assert tell(truth, [alarm(north_deg=0.03)]).alarmed == 0
    assert tell(truth, [alarm(at_s=601.0)]).alarmed == 0
    assert tell(truth, [alarm(at_s=3_000.0)]).alarm_causes["nothing there"] == 1


def test_an_alarm_belongs_to_the_nearest() -> None:
    herd = actor("h", "herder", north_deg=0.001)
    truth = {"actors": [actor("a", "person", north_deg=0.008), herd], "crossings": [crossing("a")]}
    told = tell(truth, [alarm()])
    assert told.alarmed == 0
    assert told.alarm_causes["herder or animals"] == 1


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("herder", "herder or animals"),
        ("animal", "herder or animals"),
        ("patrol", "own patrol"),
        ("person", "came near"),
    ],
)
def test_an_alarm_says_what_it_really_was(kind: str, cause: str) -> None:
    assert tell({"actors": [actor("x", kind)], "crossings": []}, [alarm()]).alarm_causes[cause] == 1


def test_herders_who_stray_over_the_line_are_no_crossings() -> None:
    assert tell({"actors": [actor("h", "herder")], "crossings": [crossing("h", "herder")]}, []).crossed == 0


def test_who_passes_the_line_twice_counts_once() -> None:
    truth = {"actors": [actor("a", "person")], "crossings": [crossing("a", at_s=310.0), crossing("a", at_s=300.0)]}
    told = tell(truth, [])
    assert told.crossed == 1
    assert told.crossings[0].at_s == DUSK_S + 300.0


def test_alarms_about_sensors_are_left_out() -> None:
    silent = {"raised_at": DUSK_S, "lon": None, "lat": None, "kind": "sensor_silent"}
    assert tell({"actors": [], "crossings": []}, [silent]).alarms == 0


def test_an_alarm_without_a_place_has_nobody_behind_it() -> None:
    lost = {"raised_at": DUSK_S, "lon": None, "lat": None, "kind": "approach"}
    assert tell({"actors": [actor("a", "person")], "crossings": []}, [lost]).alarm_causes["nothing there"] == 1


@pytest.mark.parametrize(
    "form", [DUSK_S + 100.0, datetime.fromtimestamp(DUSK_S + 100.0, tz=UTC), "2021-03-17T16:55:00Z"]
)
def test_times_are_read_in_any_of_their_forms(form: object) -> None:
    truth = {"actors": [actor("a", "person")], "crossings": [crossing("a")]}
    assert tell(truth, [{**alarm(), "raised_at": form}]).alarmed == 1


def test_a_time_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        tell({"actors": [], "crossings": []}, [{**alarm(), "raised_at": "yesterday"}])


alarms = st.lists(
    st.builds(
        alarm,
        at_s=st.floats(-1_000, 5_000),
        north_deg=st.floats(-0.05, 0.05),
        kind=st.sampled_from(["approach", "crossed", "sensor_silent", "report_flood"]),
    ),
    max_size=12,
)
people = st.lists(
    st.tuples(st.sampled_from(["person", "vehicle", "herder", "patrol"]), st.booleans(), st.floats(-0.05, 0.05)),
    max_size=6,
)


def truth_of(people: list[tuple[str, bool, float]]) -> dict[str, Any]:
    return {
        "actors": [actor(str(n), kind, north_deg=north) for n, (kind, _, north) in enumerate(people)],
        "crossings": [crossing(str(n), kind) for n, (kind, crosses, _) in enumerate(people) if crosses],
    }


@given(raised=alarms, people=people)
def test_every_alarm_about_movement_has_exactly_one_cause(
    raised: list[dict[str, Any]], people: list[tuple[str, bool, float]]
) -> None:
    told = tell(truth_of(people), raised)
    assert (
        sum(told.alarm_causes.values()) == told.alarms == sum(one["kind"] in ("approach", "crossed") for one in raised)
    )
    assert told.alarmed <= told.crossed == len(told.crossings)


@given(raised=alarms, more=alarms, people=people)
def test_more_alarms_never_leave_fewer_crossings_alarmed(
    raised: list[dict[str, Any]], more: list[dict[str, Any]], people: list[tuple[str, bool, float]]
) -> None:
    assert tell(truth_of(people), raised + more).alarmed >= tell(truth_of(people), raised).alarmed


@given(raised=alarms, people=people)
def test_the_order_of_alarms_does_not_matter(
    raised: list[dict[str, Any]], people: list[tuple[str, bool, float]]
) -> None:
    assert tell(truth_of(people), raised) == tell(truth_of(people), raised[::-1])
