from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.frontier import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.crossing import Crossings

LINE = Frontier("a fence", "fence/1", "left", 100.0, np.array([[42.0, 36.0], [42.2, 36.1]]))
STRIP = Strip(LINE, 4_000.0, 100.0)


@given(st.floats(120.0, 3_000.0), st.floats(300.0, 3_500.0))
@settings(max_examples=25, deadline=None)
def test_ways_lie_square_to_the_line_from_the_far_side_to_the_home_side(step_m: float, half_depth_m: float) -> None:
    ways = Crossings.over(STRIP, step_m, half_depth_m)
    assert ways.edges_m[0] == 0.0
    assert ways.edges_m[-1] == LINE.map_length_m
    assert (np.diff(ways.edges_m) > 0.0).all()
    assert np.diff(ways.edges_m)[:-1] == pytest.approx(step_m)
    assert ((ways.chainage_m > ways.edges_m[:-1]) & (ways.chainage_m < ways.edges_m[1:])).all()
    assert ways.sample_m * ways.x_m.shape[1] == pytest.approx(2.0 * half_depth_m)
    there = LINE.locate(*STRIP.to_lonlat(ways.x_m, ways.y_m))
    assert there.offset_m[:, 0] == pytest.approx(-half_depth_m + ways.sample_m / 2, abs=1.0)
    assert there.offset_m[:, -1] == pytest.approx(half_depth_m - ways.sample_m / 2, abs=1.0)
    assert (np.diff(there.offset_m, axis=1) > 0.0).all()
    assert there.chainage_m == pytest.approx(np.broadcast_to(ways.chainage_m[:, None], ways.x_m.shape), abs=1.0)


@pytest.mark.parametrize(("step_m", "half_depth_m"), [(0.0, 500.0), (250.0, -1.0), (250.0, 4_500.0)])
def test_ways_that_cannot_be_are_refused(step_m: float, half_depth_m: float) -> None:
    with pytest.raises(ValueError, match=r"above 0 m|widen the strip"):
        Crossings.over(STRIP, step_m, half_depth_m)
