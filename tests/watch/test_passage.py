from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vallum.watch.alarm import Side
from vallum.watch.passage import Passage, crossed, follow, side_of

SIDES: tuple[Side, ...] = ("this side", "uncertain band", "that side")
histories = st.lists(st.sampled_from(SIDES), max_size=30)


@given(histories)
def test_only_a_change_of_certain_sides_is_a_crossing(sides: list[Side]) -> None:
    certain = [side for side in sides if side != "uncertain band"]
    changes = [(one, other) for one, other in pairwise(certain) if one != other]
    expected = f"towards {changes[-1][1]}" if changes else None
    assert crossed(sides) == expected


@given(histories)
def test_a_crossing_is_told_at_the_moment_it_becomes_certain_and_once(sides: list[Side]) -> None:
    passage, told = Passage(), 0
    for side in sides:
        passage = follow(passage, side)
        told += passage.crossed is not None
        assert passage.crossed in (None, f"towards {side}")
    certain = [side for side in sides if side != "uncertain band"]
    assert told == sum(one != other for one, other in pairwise(certain))


def test_a_track_in_the_band_has_not_crossed() -> None:
    assert crossed(["that side", "uncertain band", "uncertain band"]) is None


@given(st.floats(-5000.0, 5000.0), st.floats(0.0, 500.0), st.floats(0.0, 3000.0))
def test_being_less_sure_never_makes_a_side_certain(offset_m: float, sd_m: float, uncertainty_m: float) -> None:
    side = side_of(offset_m, sd_m, uncertainty_m)
    assert side_of(offset_m, sd_m + 50.0, uncertainty_m + 50.0) in (side, "uncertain band")
    assert side_of(-offset_m, sd_m, uncertainty_m) == {"this side": "that side", "that side": "this side"}.get(
        side, side
    )


def test_a_walker_eight_hundred_metres_off_a_line_known_to_two_kilometres_is_in_the_band() -> None:
    assert side_of(-800.0, 10.0, 2000.0) == "uncertain band"
