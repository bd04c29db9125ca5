from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod
from tests.plan.conftest import CELL_M, laid_out, made

from vallum.frontier import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.looks import looks
from vallum.plan.sight import Sight
from vallum.terrain.soft import Softness

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize("along_deg", [0.0, 35.0, 152.0])
@pytest.mark.parametrize("wall_deg", [0.0, 90.0, 170.0, 280.0])
def test_a_wall_at_a_true_bearing_hides_what_is_at_that_bearing_however_the_plane_lies(
    along_deg: float, wall_deg: float
) -> None:
    lon, lat, _ = GEOD.fwd(42.0, 36.0, along_deg, 20_000.0)
    line = Frontier("a fence", "fence/2", "left", 100.0, np.array([[42.0, 36.0], [lon, lat]]))
    at = line.point_at(10_000.0, 0.0)
    strip = Strip(line, 6_000.0, CELL_M)
    row, column = np.indices(strip.shape, dtype=np.float64)
    cells = strip.to_lonlat(strip.transform.c + (column + 0.5) * CELL_M, strip.transform.f - (row + 0.5) * CELL_M)
    azimuth_deg, _, away_m = GEOD.inv(np.full(row.shape, at[0]), np.full(row.shape, at[1]), *cells)
    off_deg = np.abs((np.asarray(azimuth_deg) - wall_deg + 180.0) % 360.0 - 180.0)
    heights_m = np.where((off_deg < 25.0) & (away_m > 800.0) & (away_m < 1_300.0), 300.0, 0.0).astype(np.float32)
    eye = made("E", 0.0, lon=at[0], lat=at[1], mast_m=30.0, range_person_m=4_000.0)
    scene = laid_out([eye], heights_m=heights_m, blur_m=0.0, line=line)
    found = Sight.of(scene, scene.look([Case()], with_sets=False)).looks("E", Case(), azimuth_step_deg=5.0)
    beyond = found.range_m > 2_000.0
    seen = found.visible[:, beyond].mean(axis=1)
    turned_deg = np.abs((found.azimuth_deg - wall_deg + 180.0) % 360.0 - 180.0)
    assert seen[turned_deg < 15.0].max() < 0.1
    assert seen[turned_deg > 50.0].min() > 0.9


def test_azimuths_run_clockwise_from_north_and_ranges_are_the_middles_of_rings() -> None:
    plain = np.full((21, 21), -5.0, np.float32)
    plain[:10, 11:] = 4.0  # hidden to the north-east
    found = looks(plain, 100.0, (0.0, 1.0), 1.0, Softness.none(), 900.0, azimuth_step_deg=45.0)
    assert found.azimuth_deg.tolist() == [0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0]
    assert found.range_m[:2].tolist() == [50.0, 150.0]
    assert found.visible[:, 5].tolist() == [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert found.minimum_visible_height_m.shape == found.visible.shape == (8, 9)


def test_unknown_ground_is_not_in_sight() -> None:
    plain = np.full((21, 21), np.nan, np.float32)
    assert not looks(plain, 100.0, (0.0, 1.0), 1.0, Softness.none(), 900.0, 90.0).visible.any()


def test_what_the_error_blurs_is_a_share() -> None:
    plain = np.full((21, 21), 1.0, np.float32)
    soft = Softness(np.array([0.0]), np.array([2.0]), np.array([0.0]))
    assert looks(plain, 100.0, (0.0, 1.0), 1.0, soft, 900.0, 90.0).visible == pytest.approx(0.5)
