from __future__ import annotations

import io

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from pyproj import Transformer

from vallum.terrain.elevation import Elevation
from vallum.terrain.shade import hillshade, shade_png


def tilted(east_m_per_cell: float, north_m_per_cell: float, lat: float = 0.05) -> Elevation:
    columns, rows = np.meshgrid(np.arange(10.0), np.arange(10.0))
    heights = (east_m_per_cell * columns - north_m_per_cell * rows).astype(np.float32)
    return Elevation(heights, Affine(0.01, 0, 42.0, 0, -0.01, lat), "invented slope")


def wide_plain() -> Elevation:
    return Elevation(np.zeros((60, 80), dtype=np.float32), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented plain")


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_flat_ground_is_as_bright_as_the_sine_of_the_light() -> None:
    assert (hillshade(tilted(0.0, 0.0), altitude_deg=45.0) == round(1 + 254 * np.sin(np.pi / 4))).all()


def test_a_plane_shades_as_horns_formula_says_to_its_very_edge() -> None:
    # 45 degrees up towards the east: 1,113.2 m a cell at the equator. Light from the west stands square on it.
    slope = tilted(1113.2, 0.0)
    assert (hillshade(slope, azimuth_deg=270.0, altitude_deg=45.0) >= 254).all()
    assert (hillshade(slope, azimuth_deg=90.0, altitude_deg=45.0) <= 2).all()


@pytest.mark.parametrize(
    ("east", "north", "light_deg"), [(30.0, 0.0, 270.0), (-30.0, 0.0, 90.0), (0.0, 30.0, 180.0), (0.0, -30.0, 0.0)]
)
def test_slopes_that_face_the_light_are_brighter_than_flat_ground(east: float, north: float, light_deg: float) -> None:
    flat = hillshade(tilted(0.0, 0.0), azimuth_deg=light_deg)[5, 5]
    assert hillshade(tilted(east, north), azimuth_deg=light_deg)[5, 5] > flat
    assert hillshade(tilted(-east, -north), azimuth_deg=light_deg)[5, 5] < flat


def test_unknown_ground_is_nought_and_known_ground_never() -> None:
    heights = np.zeros((9, 9), dtype=np.float32)
    heights[4, 4] = np.nan
    shade = hillshade(Elevation(heights, Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented"))
    assert shade[4, 4] == 0
    assert (shade[:, :3] > 0).all()


def test_the_picture_stays_dark_and_quiet(real_terrain: Elevation) -> None:
    png, bounds = shade_png(real_terrain, enlargement=1)
    colours = pixels(png).reshape(-1, 4)
    assert bounds == pytest.approx((37.5, 32.5, 43.5, 38.0))
    assert colours[:, :3].min(axis=0).tolist() >= [0x1B, 0x1F, 0x24]
    assert colours[:, :3].max(axis=0).tolist() <= [0x3A, 0x40, 0x47]
    assert len(np.unique(colours, axis=0)) > 20


def test_the_picture_has_no_visible_edge() -> None:
    strength = pixels(shade_png(wide_plain(), enlargement=9)[0])[..., 3].astype(int)
    rim = np.concatenate([strength[0], strength[-1], strength[:, 0], strength[:, -1]])
    assert (rim == 0).all()
    rows, columns = (round(0.06 * side) + 1 for side in strength.shape)
    assert (strength[rows:-rows, columns:-columns] == 255).all()
    # It fades without a step anyone sees: the brightest ground is 31 levels brighter than the page.
    assert np.abs(np.diff(strength, axis=0)).max() * 31 / 255 < 3
    assert (np.diff(strength[:rows, strength.shape[1] // 2]) >= 0).all()


def test_shades_do_not_jump_where_the_fading_begins(hills: Elevation) -> None:
    hard, faded = (pixels(shade_png(hills, fade=fade)[0])[..., :3].astype(int) for fade in (0.0, 0.06))
    assert np.abs(hard - faded).max() <= 3


def test_rows_of_the_picture_are_those_of_web_mercator() -> None:
    # A ridge along one parallel of a tall model must lie where Web Mercator draws that parallel.
    heights = np.zeros((2_000, 4), dtype=np.float32)
    ridge_row = 400
    heights[ridge_row] = 300.0
    tall = Elevation(heights, Affine(0.01, 0, 42.0, 0, -0.01, 60.0), "invented")
    png, (_, south, _, north) = shade_png(tall, enlargement=1)
    brightness = pixels(png)[:, 2, 0].astype(int)
    found = (brightness.argmax() + brightness.argmin()) / 2 + 0.5
    mercator = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    ridge_lat = 60.0 - (ridge_row + 0.5) * 0.01
    _, y_m = mercator.transform(np.full(3, 42.0), np.array([north, ridge_lat, south]))
    assert found == pytest.approx((y_m[0] - y_m[1]) / (y_m[0] - y_m[2]) * len(brightness), abs=1.0)


def test_enlargement_is_smooth_and_keeps_the_corners(hills: Elevation) -> None:
    small, bounds = shade_png(hills, enlargement=1)
    large, same_bounds = shade_png(hills, enlargement=3)
    assert bounds == same_bounds
    assert pixels(large).shape[1] == 3 * pixels(small).shape[1]
    step_small = np.abs(np.diff(pixels(small)[..., 0].astype(int), axis=1)).mean()
    step_large = np.abs(np.diff(pixels(large)[..., 0].astype(int), axis=1)).mean()
    assert step_large < step_small


def test_unknown_ground_is_transparent() -> None:
    heights = np.random.default_rng(1).normal(size=(12, 12)).astype(np.float32)
    heights[:6] = np.nan
    half = Elevation(heights, Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    alpha = pixels(shade_png(half, fade=0.0)[0])[..., 3]
    assert (alpha[:15] == 0).all()
    assert (alpha[-15:] == 255).all()


def test_ground_without_any_height_is_a_transparent_picture() -> None:
    empty = Elevation(np.full((4, 4), np.nan, dtype=np.float32), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    assert (pixels(shade_png(empty)[0])[..., 3] == 0).all()
    assert (hillshade(empty) == 0).all()


def test_the_smallest_model_has_a_picture() -> None:
    smallest = Elevation(np.zeros((2, 2), dtype=np.float32), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    assert pixels(shade_png(smallest)[0]).shape[1] == 6


def test_what_cannot_be_drawn_is_refused() -> None:
    flat = tilted(0.0, 0.0)
    with pytest.raises(ValueError, match="exaggeration"):
        hillshade(flat, exaggeration=0.0)
    with pytest.raises(ValueError, match="above the horizon"):
        hillshade(flat, altitude_deg=0.0)
    with pytest.raises(ValueError, match="85 degrees"):
        shade_png(tilted(0.0, 0.0, lat=86.0))
    with pytest.raises(ValueError, match="single row or column"):
        shade_png(Elevation(np.zeros((1, 5), dtype=np.float32), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented"))
    with pytest.raises(ValueError, match="fade"):
        shade_png(flat, fade=0.6)
