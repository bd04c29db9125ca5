from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def real_strip(real_line: Frontier) -> Strip:
    return Strip(real_line, half_width_m=20_000.0, cell_m=250.0)


def towards(bearing_deg: float, length_m: float = 300_000.0, lat: float = 35.0) -> Frontier:
    lon_end, lat_end, _ = GEOD.fwd(42.0, lat, bearing_deg, length_m)
    return Frontier("a straight line", "straight/1", "left", 0.0, np.array([[42.0, lat], [lon_end, lat_end]]))


def test_lengths_in_the_plane_of_the_real_strip_are_within_the_error_stated(
    real_strip: Strip, real_line: Frontier
) -> None:
    assert real_strip.worst_scale_error < 5e-5
    random = np.random.default_rng(1)
    chainage_m = random.uniform(0.0, real_line.map_length_m, 2_000)
    lon, lat = real_line.point_at(chainage_m, random.uniform(-20_000.0, 20_000.0, 2_000))
    lon_to, lat_to, _ = GEOD.fwd(lon, lat, random.uniform(0.0, 360.0, 2_000), np.full(2_000, 100.0))
    (x_m, y_m), (x_to_m, y_to_m) = real_strip.to_plane(lon, lat), real_strip.to_plane(lon_to, lat_to)
    errors = np.abs(np.hypot(x_to_m - x_m, y_to_m - y_m) / 100.0 - 1.0)
    assert errors.max() < real_strip.worst_scale_error * 1.05


@pytest.mark.parametrize("bearing_deg", [0.0, 30.0, 90.0, 135.0, 180.0, 215.0, 270.0, 359.0])
def test_x_runs_with_the_chainage_and_y_to_its_left_whatever_the_bearing(bearing_deg: float) -> None:
    line = towards(bearing_deg)
    strip = Strip(line, 10_000.0, 500.0)
    x_m, y_m = strip.to_plane(
        *line.point_at(np.array([100_000.0, 200_000.0, 100_000.0]), np.array([0.0, 0.0, 5_000.0]))
    )
    assert x_m[1] - x_m[0] == pytest.approx(100_000.0, rel=1e-5)
    assert y_m[2] - y_m[0] == pytest.approx(5_000.0, rel=1e-5)
    assert strip.worst_scale_error < 1e-5
    rows, columns = strip.shape
    assert rows < columns


@pytest.mark.parametrize("lat", [-75.0, -35.0, 0.0, 0.001, 35.0, 75.0])
def test_the_plane_fits_at_every_latitude(lat: float) -> None:
    assert Strip(towards(70.0, lat=lat), 10_000.0, 500.0).worst_scale_error < 1e-5


def test_a_strip_across_the_antimeridian_is_one_band() -> None:
    line = Frontier("islands", "islands/1", "left", 0.0, np.array([[178.0, -10.0], [-178.0, -12.0]]))
    strip = Strip(line, 20_000.0, 500.0)
    assert strip.worst_scale_error < 1e-5
    assert strip.shape[1] * 500.0 < line.map_length_m + 50_000.0


@settings(deadline=None)
@given(share=st.floats(0.0, 1.0), offset_m=st.floats(-19_999.0, 19_999.0))
def test_every_place_of_the_band_has_an_unmasked_cell_in_the_reach_that_answers_for_it(
    real_strip: Strip, real_line: Frontier, share: float, offset_m: float
) -> None:
    lon, lat = real_line.point_at(share * real_line.map_length_m, offset_m)
    rows, columns = real_strip.cells(np.array([lon]), np.array([lat]))
    foot_m = real_line.locate(lon, lat).chainage_m
    reach = next(one for one in real_strip.reaches() if one.from_m <= foot_m <= one.to_m)
    assert reach.row_slice.start <= rows[0] < reach.row_slice.stop
    assert reach.col_slice.start <= columns[0] < reach.col_slice.stop


@pytest.mark.parametrize("overlap_m", [0.0, 20_000.0])
def test_the_reaches_together_hold_every_unmasked_cell(real_strip: Strip, overlap_m: float) -> None:
    reaches = real_strip.reaches(overlap_m=overlap_m)
    assert [reach.to_m for reach in reaches[:-1]] == [reach.from_m for reach in reaches[1:]]
    held = np.zeros(real_strip.shape, dtype=bool)
    for reach in reaches:
        held[reach.row_slice, reach.col_slice] = True
    assert (held | real_strip.mask()).all()


def test_the_mask_is_the_distance_from_the_line(real_strip: Strip, real_line: Frontier) -> None:
    random = np.random.default_rng(2)
    rows = random.integers(0, real_strip.shape[0], 20_000)
    columns = random.integers(0, real_strip.shape[1], 20_000)
    x_m = np.asarray(real_strip.transform.c + (columns + 0.5) * 250.0, dtype=np.float64)
    y_m = np.asarray(real_strip.transform.f - (rows + 0.5) * 250.0, dtype=np.float64)
    offset_m = np.abs(real_line.locate(*real_strip.to_lonlat(x_m, y_m)).offset_m)
    decided = np.abs(offset_m - 20_000.0) > 5.0
    outside = real_strip.mask()[rows, columns]
    np.testing.assert_array_equal(outside[decided], offset_m[decided] > 20_000.0)


def test_a_reach_sees_the_same_mask_as_the_whole(real_strip: Strip) -> None:
    whole = real_strip.mask()
    for reach in real_strip.reaches():
        np.testing.assert_array_equal(real_strip.mask(reach), whole[reach.row_slice, reach.col_slice])


def test_plane_and_position_return(real_strip: Strip, real_line: Frontier) -> None:
    lon, lat = real_line.point_at(np.linspace(0.0, real_line.map_length_m, 100), 15_000.0)
    back_lon, back_lat = real_strip.to_lonlat(*real_strip.to_plane(lon, lat))
    np.testing.assert_allclose([back_lon, back_lat], [lon, lat], atol=1e-9)


def test_a_position_off_the_grid_has_no_cell(real_strip: Strip) -> None:
    rows, columns = real_strip.cells(np.array([0.0, 50.0]), np.array([0.0, 36.0]))
    assert rows.tolist() == columns.tolist() == [-1, -1]


def test_a_line_beyond_a_thousand_kilometres_is_refused_and_a_chain_offered(long_line: Frontier) -> None:
    with pytest.raises(ValueError, match=r"Use Strip\.chain"):
        Strip(long_line, 20_000.0, 1_000.0)
    chain = Strip.chain(long_line, 20_000.0, 1_000.0)
    assert chain[0].from_m == 0.0
    assert chain[-1].to_m == long_line.map_length_m
    assert [strip.to_m for strip in chain[:-1]] == [strip.from_m for strip in chain[1:]]
    assert max(strip.worst_scale_error for strip in chain) < 1e-3


def test_a_line_shorter_than_a_cell_still_has_a_strip() -> None:
    strip = Strip(towards(10.0, length_m=50.0), 200.0, 100.0)
    assert not strip.mask().all()
    assert len(strip.reaches()) == 1


def test_a_closed_line_has_a_strip() -> None:
    corners = [[42.0, 36.0], [42.1, 36.0], [42.1, 36.1], [42.0, 36.1], [42.0, 36.0]]
    strip = Strip(Frontier("a camp", "camp/1", "left", 0.0, np.array(corners)), 1_000.0, 50.0)
    assert strip.worst_scale_error < 1e-5
    assert strip.mask()[strip.shape[0] // 2, strip.shape[1] // 2]


@pytest.mark.parametrize(
    ("half_width_m", "cell_m"), [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0), (1.0, float("inf"))]
)
def test_a_strip_without_width_or_cell_is_refused(real_line: Frontier, half_width_m: float, cell_m: float) -> None:
    with pytest.raises(ValueError, match="give metres above 0"):
        Strip(real_line, half_width_m, cell_m)


def test_senseless_reaches_and_chains_are_refused(real_strip: Strip, real_line: Frontier) -> None:
    with pytest.raises(ValueError, match="Reaches need"):
        real_strip.reaches(length_m=0.0)
    with pytest.raises(ValueError, match="Reaches need"):
        real_strip.reaches(overlap_m=-1.0)
    with pytest.raises(ValueError, match="longest_m"):
        Strip.chain(real_line, 1.0, 1.0, longest_m=0.0)
