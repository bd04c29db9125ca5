from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from vallum.frontier.line import Frontier, Side

GEOD = Geod(ellps="WGS84")


def fence(*points: list[float], home_side: Any = "left", lateral_uncertainty_m: float = 50.0) -> Frontier:
    return Frontier("a fence", "fence/1", home_side, lateral_uncertainty_m, np.array(points))


def is_the_only_nearest_point(line: Frontier, chainage_m: float, offset_m: float) -> bool:
    """Brute force: the distance to the line grows at least 0.4 times as fast as it would beside a straight line."""
    lon, lat = line.point_at(chainage_m, offset_m)
    bends_m = np.cumsum(GEOD.line_lengths(*line.vertices.T))
    others_m = np.concatenate([np.arange(0.0, line.map_length_m, 50.0), bends_m])
    others_m = others_m[np.abs(others_m - chainage_m) > 5.0]
    other_lon, other_lat = line.point_at(others_m)
    _, _, distance_m = GEOD.inv(np.full_like(other_lon, lon), np.full_like(other_lat, lat), other_lon, other_lat)
    apart_m = np.minimum(np.abs(others_m - chainage_m), 100_000.0)
    grown_m = 0.4 * apart_m**2 / (2 * abs(offset_m) + apart_m)
    return bool((distance_m > abs(offset_m) + grown_m).all())


def test_the_real_line_measures_598_9_km_and_its_reported_length_is_another_figure(real_line: Frontier) -> None:
    assert abs(real_line.map_length_m - 598_900.0) < 100.0
    assert real_line.reported_length_m == 610_000.0


def test_the_length_is_the_sum_of_its_geodesics(real_line: Frontier) -> None:
    assert real_line.map_length_m == pytest.approx(GEOD.line_length(*real_line.vertices.T), abs=1e-3)


def test_every_vertex_is_found_at_the_length_of_the_geodesics_before_it(real_line: Frontier) -> None:
    steps_m = GEOD.line_lengths(*real_line.vertices.T)
    found = real_line.locate(real_line.vertices[:, 0], real_line.vertices[:, 1])
    np.testing.assert_allclose(found.chainage_m, np.concatenate([[0.0], np.cumsum(steps_m)]), atol=0.01)
    assert float(np.min(steps_m)) < 5.8


@settings(deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_chainage_to_point_to_chainage_returns_anywhere_on_the_real_line(real_line: Frontier, share: float) -> None:
    chainage_m = share * real_line.map_length_m
    found = real_line.locate(*real_line.point_at(chainage_m))
    assert found.chainage_m == pytest.approx(chainage_m, abs=0.1)
    assert abs(found.offset_m) < 0.01
    assert found.side is Side.UNCERTAIN


@settings(max_examples=150, deadline=None)
@given(share=st.floats(0.0, 1.0), offset_m=st.floats(-20_000.0, 20_000.0))
def test_a_point_off_the_real_line_returns_where_its_foot_is_the_only_one(
    real_line: Frontier, share: float, offset_m: float
) -> None:
    chainage_m = share * real_line.map_length_m
    assume(is_the_only_nearest_point(real_line, chainage_m, offset_m))
    found = real_line.locate(*real_line.point_at(chainage_m, offset_m))
    assert found.chainage_m == pytest.approx(chainage_m, abs=0.1)
    assert found.offset_m == pytest.approx(offset_m, abs=0.01)


@settings(deadline=None)
@given(share=st.floats(0.0, 1.0), offset_m=st.floats(-20_000.0, 20_000.0))
def test_no_point_of_the_line_is_nearer_than_the_offset_says(
    real_line: Frontier, share: float, offset_m: float
) -> None:
    lon, lat = real_line.point_at(share * real_line.map_length_m, offset_m)
    along = real_line.point_at(np.arange(0.0, real_line.map_length_m, 100.0))
    _, _, distance_m = GEOD.inv(np.full_like(along[0], lon), np.full_like(along[0], lat), *along)
    found = real_line.locate(lon, lat)
    assert abs(found.offset_m) <= min(float(distance_m.min()), abs(offset_m)) + 0.01


@settings(max_examples=50, deadline=None)
@given(share=st.floats(0.0, 1.0), offset_m=st.floats(-15_000.0, 15_000.0))
def test_a_line_of_ten_thousand_kilometres_across_the_antimeridian_returns_too(
    long_line: Frontier, share: float, offset_m: float
) -> None:
    assert long_line.map_length_m > 10_000_000.0
    chainage_m = share * long_line.map_length_m
    found = long_line.locate(*long_line.point_at(chainage_m))
    assert found.chainage_m == pytest.approx(chainage_m, abs=0.1)
    bends_m = long_line.locate(long_line.vertices[:, 0], long_line.vertices[:, 1]).chainage_m
    assume(np.abs(bends_m - chainage_m).min() > 60_000.0)
    found = long_line.locate(*long_line.point_at(chainage_m, offset_m))
    assert found.chainage_m == pytest.approx(chainage_m, abs=0.1)
    assert found.offset_m == pytest.approx(offset_m, abs=0.01)


@pytest.mark.parametrize(("offset_m", "tolerance_m"), [(100_000.0, 0.1), (1_000_000.0, 30.0)])
def test_far_from_the_line_the_foot_stays_as_good_as_stated(offset_m: float, tolerance_m: float) -> None:
    line = fence([30.0, 20.0], [60.0, 45.0])
    for chainage_m in (1_000_000.0, 2_000_000.0, 3_000_000.0):
        for signed_m in (offset_m, -offset_m):
            found = line.locate(*line.point_at(chainage_m, signed_m))
            assert found.chainage_m == pytest.approx(chainage_m, abs=tolerance_m)
            assert found.offset_m == pytest.approx(signed_m, abs=0.05)


def test_arrays_and_single_positions_agree(real_line: Frontier) -> None:
    random = np.random.default_rng(3)
    lon, lat = random.uniform(38.0, 43.0, 200), random.uniform(33.0, 37.5, 200)
    many = real_line.locate(lon, lat)
    for row in range(200):
        one = real_line.locate(float(lon[row]), float(lat[row]))
        assert (one.chainage_m, one.offset_m, int(one.side)) == (
            many.chainage_m[row],
            many.offset_m[row],
            many.side[row],
        )


def test_arrays_of_any_shape_keep_it_even_empty(real_line: Frontier) -> None:
    assert real_line.locate(np.full((3, 4), 41.0), np.full((3, 4), 35.0)).offset_m.shape == (3, 4)
    assert real_line.locate(np.empty(0), np.empty(0)).chainage_m.shape == (0,)


def test_the_home_side_of_the_real_line_is_where_mosul_is(real_line: Frontier) -> None:
    assert real_line.locate(43.1, 36.3).side is Side.THIS
    assert real_line.locate(40.1, 35.3).side is Side.THAT


def test_changing_the_home_side_turns_the_sign_and_nothing_else() -> None:
    ours, theirs = fence([42.0, 36.0], [42.0, 36.1]), fence([42.0, 36.0], [42.0, 36.1], home_side="right")
    assert ours.locate(41.9, 36.05).offset_m == -theirs.locate(41.9, 36.05).offset_m > 0.0
    assert ours.locate(41.9, 36.05).side == -theirs.locate(41.9, 36.05).side == Side.THIS


def test_within_the_lateral_uncertainty_no_side_is_claimed(real_line: Frontier) -> None:
    sides = [real_line.locate(*real_line.point_at(300_000.0, offset_m)).side for offset_m in (-2001, -1999, 1999, 2001)]
    assert sides == [Side.THAT, Side.UNCERTAIN, Side.UNCERTAIN, Side.THIS]


def test_straight_ahead_of_an_end_no_side_is_claimed_and_the_offset_is_the_distance() -> None:
    line = fence([42.0, 36.0], [42.0, 36.1])
    ahead = line.locate(42.0, 36.2)
    assert ahead.side is Side.UNCERTAIN
    assert ahead.chainage_m == line.map_length_m
    assert abs(ahead.offset_m) == pytest.approx(11_096.0, abs=1.0)
    assert line.locate(41.9, 36.2).side is Side.THIS


@pytest.mark.parametrize("bend_lon", [42.02, 41.98])
def test_at_a_hairpin_the_side_is_right_whichever_segment_is_nearest(bend_lon: float) -> None:
    # North to a tip, then back south: just north of the tip is outside the hairpin on both legs.
    line = fence([42.0, 36.0], [42.0, 36.1], [bend_lon, 36.0], lateral_uncertainty_m=0.0)
    outside = Side.THIS if bend_lon > 42.0 else Side.THAT
    around = np.linspace(0.0, 2 * np.pi, 73)
    lon, lat = 42.0 + 1e-3 * np.sin(around), 36.1 + 1e-3 * np.cos(around)
    between = lat < 36.1 - abs(lon - 42.0)
    found = line.locate(lon, lat).side[~between & (lat > 36.1)]
    assert set(found.tolist()) == {int(outside)}


def test_a_closed_line_has_an_inside_all_the_way_round() -> None:
    ring = fence([42.0, 36.0], [42.1, 36.0], [42.1, 36.1], [42.0, 36.1], [42.0, 36.0], lateral_uncertainty_m=0.0)
    inside = ring.locate(np.array([42.05, 42.001, 42.099]), np.array([36.05, 36.001, 36.099])).side
    outside = ring.locate(np.array([41.99, 42.05, 42.11]), np.array([35.99, 35.9, 36.11])).side
    assert inside.tolist() == [1, 1, 1]
    assert outside.tolist() == [-1, -1, -1]


def test_the_middle_of_a_round_line_where_every_piece_is_as_near_finds_the_nearest() -> None:
    around = np.linspace(0.0, 2 * np.pi, 400)
    ring = fence(*np.column_stack([42.0 + np.cos(around), 36.0 + np.sin(around)]).tolist())
    _, _, distance_m = GEOD.inv(np.full(400, 42.0), np.full(400, 36.0), *ring.vertices.T)
    nearest_m = float(np.min(distance_m))
    assert abs(ring.locate(42.0, 36.0).offset_m) == pytest.approx(nearest_m, rel=1e-4)
    assert abs(ring.locate(42.0, 36.0).offset_m) <= nearest_m + 0.01


def test_a_bad_position_among_many_gives_no_answer_and_stops_nothing(real_line: Frontier) -> None:
    found = real_line.locate(np.array([np.nan, 41.0, 41.0, np.inf]), np.array([36.0, 95.0, 36.0, 36.0]))
    assert np.isnan(found.chainage_m).tolist() == [True, True, False, True]
    assert found.side[[0, 1, 3]].tolist() == [0, 0, 0]


def test_a_segment_of_six_metres_and_one_of_six_millimetres_keep_their_place() -> None:
    line = fence([42.0, 36.0], [42.0, 36.05], [42.00001, 36.05005], [42.00001, 36.0500501], [42.0, 36.1])
    along_m = np.linspace(0.0, line.map_length_m, 5_001)
    np.testing.assert_allclose(line.locate(*line.point_at(along_m)).chainage_m, along_m, atol=0.1)


def test_repeated_points_are_dropped(real_line: Frontier) -> None:
    line = fence([42.0, 36.0], [42.0, 36.0], [42.0, 36.1], [42.0, 36.1])
    assert len(line.vertices) == 2


@pytest.mark.parametrize("chainage_m", [-1.5, 11_200.0, float("nan"), float("inf")])
def test_a_chainage_off_the_line_is_refused_with_the_length(chainage_m: float) -> None:
    with pytest.raises(ValueError, match=r"runs from 0 to 11\.096 km"):
        fence([42.0, 36.0], [42.0, 36.1]).point_at(chainage_m)


def test_an_offset_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="offset is not a finite number"):
        fence([42.0, 36.0], [42.0, 36.1]).point_at(0.0, float("nan"))


def test_bearings_follow_the_geodesic_and_the_segment_that_starts_at_a_bend() -> None:
    line = fence([42.0, 36.0], [42.0, 36.1], [42.1, 36.1])
    bend_m = line.locate(42.0, 36.1).chainage_m
    assert line.bearing_at(bend_m - 1.0) == pytest.approx(0.0, abs=1e-9)
    assert line.bearing_at(bend_m + 1.0) == pytest.approx(90.0, abs=0.1)
    assert (line.bearing_at(np.linspace(0.0, line.map_length_m, 50)) < 360.0).all()


def test_a_stretch_keeps_its_ends_and_its_length(real_line: Frontier) -> None:
    stretch = real_line.interval(140_100.0, 149_200.0)
    assert GEOD.line_length(*stretch.T) == pytest.approx(9_100.0, abs=0.1)
    np.testing.assert_allclose(stretch[0], real_line.point_at(140_100.0))
    np.testing.assert_allclose(stretch[-1], real_line.point_at(149_200.0))


def test_a_stretch_that_does_not_increase_is_refused(real_line: Frontier) -> None:
    with pytest.raises(ValueError, match="Swap its ends"):
        real_line.interval(2.0, 1.0)


def test_reported_chainage_becomes_map_chainage_only_by_name(real_line: Frontier) -> None:
    assert real_line.reported_to_map_m("reported 2021", 610_000.0) == pytest.approx(598_888.9)
    with pytest.raises(ValueError, match='Known calibrations of this line: "reported 2021"'):
        real_line.reported_to_map_m("reported 2017", 1.0)


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([[36.0, 142.0], [36.1, 142.0]], "Longitude comes first: are they swapped"),
        ([[42.0, 36.0], [float("nan"), 36.0]], "point 2"),
        ([[42.0, 36.0], [181.0, 36.0]], "point 2"),
        ([[42.0, 36.0], [42.0, 36.0]], "at least two different points"),
        ([[42.0, 36.0]], "at least two different points"),
    ],
)
def test_a_line_that_is_none_is_refused_with_the_point(points: list[list[float]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fence(*points)


@pytest.mark.parametrize(
    ("field", "value"),
    [("home_side", "north"), ("lateral_uncertainty_m", -1.0), ("lateral_uncertainty_m", float("nan"))],
)
def test_a_wrong_setting_is_refused_by_name(field: str, value: Any) -> None:
    settings_of_line: dict[str, Any] = {"home_side": "left", "lateral_uncertainty_m": 0.0, field: value}
    with pytest.raises(ValueError, match=field):
        Frontier("a fence", "fence/1", vertices=np.array([[42.0, 36.0], [42.0, 36.1]]), **settings_of_line)


def test_a_reported_length_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="reported_length_m"):
        Frontier("a fence", "fence/1", "left", 0.0, np.array([[42.0, 36.0], [42.0, 36.1]]), reported_length_m=0.0)


def test_equal_lines_are_equal_and_their_vertices_cannot_be_changed() -> None:
    first, second = fence([42.0, 36.0], [42.0, 36.1]), fence([42.0, 36.0], [42.0, 36.1])
    assert first == second
    assert hash(first) == hash(second)
    assert first != fence([42.0, 36.0], [42.0, 36.2])
    with pytest.raises(ValueError, match="read-only"):
        first.vertices[0, 0] = 0.0
