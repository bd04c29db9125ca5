import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vallum.frontier.line import Frontier
from vallum.watch import alarm
from vallum.watch.alarm import AlarmRaised, AlarmRow
from vallum.watch.forecast import forecast
from vallum.watch.judge import HeldBack, OwnUnit, SensorEvent, Surroundings, held_back, judge, near_own_unit
from vallum.watch.passage import Passage
from vallum.watch.rules import AlarmRules
from vallum.watch.situation import Situation, situate
from vallum.watch.tracker import Track

START_S = 1_615_993_200.0
NOW = datetime.fromtimestamp(START_S, UTC)
ALONE = Surroundings()
MakeSituation = Callable[..., Situation]


@pytest.fixture
def situation(fence: Frontier, make_track: Callable[..., Track]) -> MakeSituation:
    def make(passage: Passage = Passage(), **told: Any) -> Situation:  # noqa: B008 - frozen
        track = make_track(**told)
        return situate(track, fence, forecast(track, fence, START_S), passage)

    return make


def row(raised: AlarmRaised, at: datetime = NOW) -> AlarmRow:
    header = {"type": "alarm.raised", "occurred": at, "nature": "observed", "id": "r", "actor": "centre"}
    return alarm.raised(None, raised, header)


def closed(raised: AlarmRow) -> AlarmRow:
    return raised.model_copy(update={"state": "closed"})


def test_a_person_on_the_way_to_the_line_raises_an_approach(situation: MakeSituation) -> None:
    (found,) = judge([situation(count_low=2, count_high=3)], [], AlarmRules(), [], ALONE, NOW)
    assert (found.kind, found.priority, found.classification, found.track) == ("approach", 1, "person", 1)
    assert (found.count_low, found.count_high, found.side) == (2, 3, "that side")
    assert found.forecast is not None
    assert found.chainage_m == pytest.approx(20_000.0, abs=1.0)
    assert found.offset_m == pytest.approx(-800.0, abs=1.0)


def test_the_words_say_how_well_the_line_is_known(situation: MakeSituation) -> None:
    (found,) = judge([situation()], [], AlarmRules(), [], ALONE, NOW)
    assert "Moving towards this side, 800 m from the map line (known to 500 m)" in found.words
    (back,) = judge([situation(offset_m=800.0, across_m_s=-1.2)], [], AlarmRules(), [], ALONE, NOW)
    assert "towards that side" in back.words


@pytest.mark.parametrize(
    "told",
    [
        {"classification": "animal"},
        {"offset_m": -3100.0, "across_m_s": 3.0},
        {"quality": 0.1},
        {"status": "dropping"},
        {"status": "initiating", "number": 0},
        {"across_m_s": -1.2},
        {"across_m_s": 0.42, "offset_m": -1400.0},
        # followed for a few seconds only
        {"trail": ((START_S - 19.0, 0.0, 0.0), (START_S - 10.0, 0.0, 0.0))},
        # fast now, but it came nowhere in the last minute
        {"trail": tuple((START_S - ago_s, 0.0, 0.0) for ago_s in (60.0, 40.0, 20.0))},
        # badly placed: it may have come nowhere
        {"position_sd_m": 30.0},
    ],
)
def test_what_the_rules_do_not_take_raises_nothing(situation: MakeSituation, told: dict[str, Any]) -> None:
    assert judge([situation(**told)], [], AlarmRules(), [], ALONE, NOW) == ()


def test_each_class_has_its_priority(situation: MakeSituation) -> None:
    rules = AlarmRules.model_validate({"approach": {"animals_alarm": True}})
    found = [
        judge([situation(classification=name)], [], rules, [], ALONE, NOW)[0].priority
        for name in ("person", "vehicle", "unknown", "animal")
    ]
    assert found == [1, 1, 2, 3]


def test_an_approach_of_what_is_not_surely_a_person_is_as_urgent_as_the_unknown(situation: MakeSituation) -> None:
    def priority(**told: Any) -> int:
        (found,) = judge([situation(**told)], [], AlarmRules(), [], ALONE, NOW)
        return found.priority

    assert [priority(class_probability=sure) for sure in (0.99, 0.9, 0.89, 0.6)] == [1, 1, 2, 2]
    assert priority(classification="unknown", class_probability=0.95) == 2


def test_rules_of_zero_take_every_moving_track(situation: MakeSituation) -> None:
    new = situation(trail=())
    assert judge([new], [], AlarmRules(), [], ALONE, NOW) == ()
    rules = AlarmRules.model_validate({"approach": {"followed_at_least_s": 0.0, "came_at_least_m_s": 0.0}})
    assert len(judge([new], [], rules, [], ALONE, NOW)) == 1


def test_a_track_at_an_own_unit_is_own_activity(situation: MakeSituation) -> None:
    here = situation()
    patrol = OwnUnit("EAGLE 2", here.track.lon + 0.001, here.track.lat)
    beside = Surroundings(own_units=(patrol,))
    assert judge([here], [], AlarmRules(), [], beside, NOW) == ()
    assert held_back([here, situation(offset_m=-3100.0)], AlarmRules(), [], beside, NOW) == (HeldBack(1, "EAGLE 2"),)
    (approach,) = judge([here], [], AlarmRules(), [], ALONE, NOW)
    assert held_back([here], AlarmRules(), [row(approach)], beside, NOW) == (), "its alarm stands: nothing is hidden"
    assert held_back([here], AlarmRules(), [], ALONE, NOW) == ()
    far = OwnUnit("EAGLE 3", here.track.lon + 0.01, here.track.lat)
    assert len(judge([here], [], AlarmRules(), [], Surroundings(own_units=(far,)), NOW)) == 1


def test_a_crossing_beside_an_own_unit_is_never_suppressed(situation: MakeSituation) -> None:
    over = situation(Passage("this side", "towards this side"), offset_m=700.0)
    beside = Surroundings(own_units=(OwnUnit("EAGLE 2", over.track.lon, over.track.lat),))
    (crossing,) = judge([over], [], AlarmRules(), [], beside, NOW)
    assert crossing.kind == "crossed"
    assert held_back([over], AlarmRules(), [], beside, NOW) == ()


def test_the_nearest_own_unit_is_named() -> None:
    units = [OwnUnit("B", 41.002, 35.0), OwnUnit("A", 41.001, 35.0)]
    nearest = near_own_unit(41.0, 35.0, units, 300.0)
    assert nearest is not None
    assert nearest.callsign == "A"
    assert near_own_unit(41.0, 35.0, units, 50.0) is None
    assert near_own_unit(41.0, 35.0, [], 300.0) is None


def test_one_track_has_one_alarm_of_a_kind(situation: MakeSituation) -> None:
    (found,) = judge([situation()], [], AlarmRules(), [], ALONE, NOW)
    much_later = NOW + timedelta(hours=5)
    for state in ("unacknowledged", "acknowledged", "shelved"):
        standing = row(found).model_copy(update={"state": state})
        assert judge([situation()], [], AlarmRules(), [standing], ALONE, much_later) == ()


def test_a_closed_alarm_speaks_again_only_after_the_rearm_time(situation: MakeSituation) -> None:
    (found,) = judge([situation()], [], AlarmRules(), [], ALONE, NOW)
    over = closed(row(found))
    assert judge([situation()], [], AlarmRules(), [over], ALONE, NOW + timedelta(seconds=899)) == ()
    assert len(judge([situation()], [], AlarmRules(), [over], ALONE, NOW + timedelta(seconds=900))) == 1


def test_another_track_has_its_own_alarm(situation: MakeSituation) -> None:
    (found,) = judge([situation()], [], AlarmRules(), [], ALONE, NOW)
    both = [situation(), situation(number=2)]
    assert [new.track for new in judge(both, [], AlarmRules(), [row(found)], ALONE, NOW)] == [2]


def test_a_crossing_speaks_although_the_approach_has_spoken_and_not_the_other_way_round(
    situation: MakeSituation,
) -> None:
    (approach,) = judge([situation()], [], AlarmRules(), [], ALONE, NOW)
    over = situation(Passage("this side", "towards this side"), offset_m=700.0)
    (crossing,) = judge([over], [], AlarmRules(), [row(approach)], ALONE, NOW)
    assert (crossing.kind, crossing.priority) == ("crossed", 1)
    assert crossing.words.startswith("Crossed the map line (known to 500 m) towards this side")
    assert judge([situation()], [], AlarmRules(), [row(crossing)], ALONE, NOW) == ()


def test_a_sensor_speaks_once_until_it_is_rearmed() -> None:
    event = SensorEvent("sensor_silent", "T-01-radar", "not heard for 31 s", chainage_m=1000.0)
    other = dataclasses.replace(event, sensor_id="T-02-radar")
    first, second = judge([], [event, event, other], AlarmRules(), [], ALONE, NOW)
    assert (first.sensor_id, second.sensor_id, first.priority) == ("T-01-radar", "T-02-radar", 2)
    assert first.words == "not heard for 31 s"
    assert judge([], [event], AlarmRules(), [row(first)], ALONE, NOW) == ()
    alert = dataclasses.replace(event, kind="sensor_alert", words="x" * 900)
    (told,) = judge([], [alert], AlarmRules(), [row(first)], ALONE, NOW)
    assert len(told.words) == 300


def test_a_flood_is_the_least_urgent_of_what_sensors_do() -> None:
    (found,) = judge([], [SensorEvent("report_flood", "T-01-radar", "700 a minute")], AlarmRules(), [], ALONE, NOW)
    assert (found.kind, found.priority, found.track) == ("report_flood", 3, None)


def test_every_alarm_says_what_it_stands_on(situation: MakeSituation) -> None:
    around = Surroundings(sensor_states={"T-01-radar": "live", "T-09-radar": "dead"})
    (found,) = judge([situation()], [], AlarmRules(), [], around, NOW)
    assert found.evidence.sensor_states == {"T-01-radar": "live"}
    assert found.evidence.still_absent_reason == "no camera contributed; reported by T-01-radar"
