"""Unknown ground never makes a stretch look held, and an exit that nobody reaches is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vallum.plan.adversary import HoldCase
from vallum.plan.declared import field_of
from vallum.plan.field import Field
from vallum.plan.grounds import Grounds
from vallum.plan.holdplain import case_plain
from vallum.plan.holdsummary import summed_up
from vallum.plan.interruption import hold
from vallum.plan.unknown import filled
from vallum.project import load

CELL_M = 1_000.0


@pytest.fixture(scope="module")
def field() -> Field:
    return field_of(load("iraq-syria"), cell_m=CELL_M)


def with_void(field: Field, from_km: float, to_km: float) -> Field:
    """Take away the terrain of a stretch, from edge to edge of the band."""
    strip = field.scene.strip
    lon, lat = strip.frontier.point_at(np.array([from_km, to_km]) * 1e3, 0.0)
    _, columns = strip.cells(lon, lat)
    heights_m = field.scene.ground.heights_m.copy()
    heights_m[:, columns[0] : columns[1]] = np.nan
    ground = replace(field.scene.ground, heights_m=heights_m)
    return Field.of(replace(field.scene, ground=ground), field.units, field.obstacles)


def test_where_terrain_is_missing_the_line_is_not_held_and_it_is_said(field: Field) -> None:
    holed = with_void(field, 80.0, 100.0)
    case = HoldCase.named("night-foot")
    (before,) = hold(field, [case], with_causes=False, levels=0)
    (after,) = hold(holed, [case], with_causes=False, levels=0)
    middle_km = (field.zones.edges_m[:-1] + field.zones.edges_m[1:]) / 2e3
    hole, far = (middle_km > 85.0) & (middle_km < 95.0), (middle_km > 300.0)
    assert before.p[hole].mean() > 0.5
    # nobody sees there, and whoever comes finds a way
    assert (after.p[hole] < 0.2).all()
    assert np.isfinite(after.least.exposure[0][hole]).all()
    np.testing.assert_allclose(after.p[far], before.p[far], atol=1e-6)
    assert (after.p <= before.p + 0.05).all()
    said = summed_up(holed, [after])["notes"]
    assert any("has no terrain" in note and "vallum terrain" in note for note in said)
    assert case_plain(holed, after)["notes"] == said
    assert not any("no terrain" in note for note in summed_up(field, [before])["notes"])


@given(
    arrays(np.float32, (7, 9), elements=st.floats(-100, 3_000, width=32)), arrays(np.bool_, (7, 9)),
    arrays(np.bool_, (7, 9)),
)  # fmt: skip
def test_known_heights_stay_and_what_is_filled_lies_between_them(
    heights: np.ndarray, unknown: np.ndarray, band: np.ndarray
) -> None:
    holed = np.where(unknown, np.float32(np.nan), heights)
    whole, share = filled(holed, band)
    assert np.array_equal(whole[~unknown], heights[~unknown])
    assert np.isfinite(whole[band]).all()
    assert np.isnan(whole[unknown & ~band]).all()
    assert share == (unknown & band).sum() / max(1, band.sum())
    if (~unknown).any() and (unknown & band).any():
        new = whole[unknown & band]
        assert new.min() >= heights[~unknown].min() - 0.01
        assert new.max() <= heights[~unknown].max() + 0.01


def test_an_exit_in_water_is_refused_with_its_place(field: Field) -> None:
    lon, lat = (float(part) for part in field.scene.strip.frontier.point_at(200e3, 10_000.0))
    exit_ = shapely.Point(lon, lat).buffer(0.02)
    lake = shapely.Point(lon, lat).buffer(0.06)
    grounds = Grounds(exits=(exit_,))
    Field.of(field.scene, field.units, field.obstacles, grounds=grounds)
    with pytest.raises(ValueError, match=rf"Exit 1, near {lon:.4f}, .* cannot be reached from the line.*leave it out"):
        Field.of(field.scene, field.units, field.obstacles, grounds=grounds, water=[lake])
    # an island is out of reach as well
    moat = lake.difference(shapely.Point(lon, lat).buffer(0.03))
    with pytest.raises(ValueError, match="cannot be reached"):
        Field.of(field.scene, field.units, field.obstacles, grounds=grounds, water=[moat])


def test_a_sensor_off_the_strip_is_told(field: Field) -> None:
    far = field.scene.sensors[0].model_copy(update={"sensor_id": "S-far", "lon": 30.0})
    scene = replace(field.scene, sensors=(*field.scene.sensors, far))
    assert any(note.startswith("S-far stands") and "widen" in note for note in replace(field, scene=scene).notes)
