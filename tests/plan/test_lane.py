from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import laid_out, made

from vallum.assets.walktest import WalkTest
from vallum.plan.case import Case
from vallum.plan.coverage import Exposures
from vallum.plan.lane import lane

NAMES = ("A", "B", "C", "D")
STEPS = 7
EDGES_M = np.append(np.arange(STEPS) * 250.0, STEPS * 250.0 - 80.0)


@st.composite
def exposures(draw: st.DrawFn) -> Exposures:
    values = st.sampled_from([0.0, 0.02, 0.1, 0.4, 0.7, 1.5])
    rows = draw(st.lists(st.lists(values, min_size=3, max_size=3), min_size=4 * STEPS, max_size=4 * STEPS))
    added = np.sort(np.array(rows).reshape(4, STEPS, 3), axis=2)
    walked = np.array(draw(st.lists(st.booleans(), min_size=4 * STEPS, max_size=4 * STEPS))).reshape(4, STEPS)
    return Exposures(NAMES, np.moveaxis(added, 2, 0).copy(), np.where(walked, added[..., 0], 0.0))


def state(added: np.ndarray, who: set[str]) -> str:
    """Said again, for one step, as plainly as can be: added is (3, sensors)."""
    low, _, high = (
        1.0 - np.exp(-sum(added[band, place] for place, name in enumerate(NAMES) if name in who)) for band in range(3)
    )
    return "watched" if low >= 0.5 else "uncertain" if high >= 0.5 else "unwatched"


RANK = {"unwatched": 0, "uncertain": 1, "watched": 2}


@given(exposures(), st.sets(st.sampled_from(NAMES)))
@settings(deadline=None)
def test_the_lane_is_what_one_finds_step_by_step(given_: Exposures, silent: set[str]) -> None:
    found = lane(given_, EDGES_M, 0.5, silent)
    assert found.stretches[0].from_m == 0.0
    assert found.stretches[-1].to_m == EDGES_M[-1]
    for step in range(STEPS):
        (stretch,) = [one for one in found.stretches if one.from_m <= EDGES_M[step] < one.to_m]
        added = given_.added[:, :, step]
        now, whole = state(added, set(NAMES) - silent), state(added, set(NAMES))
        lost = RANK[whole] > RANK[now]
        assert stretch.state == ("lost" if lost else now)
        noticeable = {name for place, name in enumerate(NAMES) if 1.0 - np.exp(-added[2, place]) >= 0.05}
        if lost:
            assert set(stretch.sensors) == noticeable & silent
        elif now != "unwatched":
            assert set(stretch.sensors) == noticeable - silent
        else:
            assert stretch.sensors == ()
        proven = sum(given_.proven[place, step] for place, name in enumerate(NAMES) if name not in silent)
        assert stretch.assumed == (now != "unwatched" and 1.0 - np.exp(-proven) < 0.5)
        assert found.watching[step] == len(noticeable - silent)


@given(exposures(), st.sets(st.sampled_from(NAMES)))
@settings(deadline=None)
def test_stretches_follow_each_other_and_tell_their_worst_place(given_: Exposures, silent: set[str]) -> None:
    found = lane(given_, EDGES_M, 0.5, silent)
    for one, after in zip(found.stretches[:-1], found.stretches[1:], strict=True):
        assert one.to_m == after.from_m
        assert (one.state, one.sensors, one.assumed) != (after.state, after.sensors, after.assumed)
    for one in found.stretches:
        inside = (EDGES_M[:-1] >= one.from_m) & (EDGES_M[:-1] < one.to_m)
        assert (one.p_low, one.p_nominal, one.p_high) == tuple(found.detected[:, inside].min(axis=1))
    lengths = [found.length_m(word) for word in ("watched", "uncertain", "lost", "unwatched")]
    assert sum(lengths) == EDGES_M[-1]


@given(exposures(), st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES))
@settings(deadline=None)
def test_one_more_silent_sensor_never_makes_a_step_better(given_: Exposures, silent: set[str], one: str) -> None:
    before, after = lane(given_, EDGES_M, 0.5, silent), lane(given_, EDGES_M, 0.5, silent | {one})
    assert (after.detected <= before.detected).all()
    assert after.length_m("watched") <= before.length_m("watched")


def test_a_stretch_inside_the_walked_band_is_proven_and_one_beyond_it_is_assumed() -> None:
    walked = WalkTest(
        sensor_id="A", target="person", light="night", weather="clear", from_m=100.0, to_m=2_000.0, walked=50,
        detected=50, on=date(2021, 3, 10), by="section engineer", source="invented",
    )  # fmt: skip
    scene = laid_out([made("A", 12_000.0, 0.0)], tests=[walked], relief_m=0.0, blur_m=0.0)
    found = scene.look([Case()], with_sets=False)
    seen = lane(found.of(Case()), found.crossings.edges_m, 0.5).stretches
    by_place = {one.from_m: one for one in seen if one.state == "watched"}
    here = [one for one in by_place.values() if one.from_m <= 12_000.0 < one.to_m]
    assert [one.assumed for one in here] == [False]
    assert any(one.assumed for one in by_place.values()), "further off it reaches without having been walked"
