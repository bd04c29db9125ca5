from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from vallum import examples
from vallum.project import ProjectError, load, new

ZIGZAG = np.array([[42.0, 36.0], [42.3, 36.2], [42.1, 36.6]])
LINE = shapely.LineString(ZIGZAG)


def write(path: Path, geometries: list[shapely.Geometry], crs: str | None = "EPSG:4326", layer: str = "lines") -> Path:
    """Write geometries into a vector file of the kind its name says."""
    kinds = {type(geometry).__name__ for geometry in geometries}
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[],
        fields=[],
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs=crs,
        layer=layer,
        append=path.exists(),
    )
    return path


@pytest.mark.parametrize("name", ["line.geojson", "line.gpkg", "line.shp"])
def test_a_new_frontier_loads_whatever_its_line_came_in(tmp_path: Path, name: str) -> None:
    folder = new("north", write(tmp_path / name, [LINE]), tmp_path / "north")
    project = load(folder)
    assert project.name == "north"
    assert [(section.from_m, section.to_m) for section in project.sections] == [(0.0, project.frontier.map_length_m)]
    assert np.allclose(project.frontier.vertices, ZIGZAG, atol=1e-7)
    assert not any((project.sensors, project.units, project.towers, project.works, project.obstacles))


def test_the_packaged_line_keeps_its_length(tmp_path: Path) -> None:
    folder = new("again", examples.path("iraq-syria") / "line.geojson", tmp_path / "again")
    assert load(folder).frontier.map_length_m == pytest.approx(598_889.0, abs=0.1)


def test_a_projected_line_is_brought_to_longitude_and_latitude(tmp_path: Path) -> None:
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32638", always_xy=True)
    projected = shapely.LineString(np.column_stack(to_utm.transform(ZIGZAG[:, 0], ZIGZAG[:, 1])))
    folder = new("utm", write(tmp_path / "line.gpkg", [projected], "EPSG:32638"), tmp_path / "utm")
    frontier = load(folder).frontier
    assert np.allclose(frontier.vertices[[0, -1]], ZIGZAG[[0, -1]], atol=1e-6)
    # Straight pieces were cut to a kilometre, so that the line runs as it was drawn on its own map.
    assert len(frontier.vertices) > 70


def test_pieces_that_meet_are_one_line(tmp_path: Path) -> None:
    pieces = shapely.MultiLineString([ZIGZAG[:2].tolist(), ZIGZAG[1:].tolist()])
    folder = new("pieces", write(tmp_path / "line.gpkg", [pieces]), tmp_path / "pieces")
    assert len(load(folder).frontier.vertices) == 3


@pytest.mark.parametrize(
    ("geometries", "said"),
    [
        ([LINE, LINE], r"2 lines \(lines feature 1, lines feature 2\), expected exactly one line"),
        ([shapely.Point(42, 36)], r"no line \(lines feature 1 Point\)"),
        ([shapely.MultiLineString([[(42, 36), (42, 37)], [(43, 36), (43, 37)]])], "2 pieces whose ends do not meet"),
    ],
)
def test_a_file_without_exactly_one_line_is_told_what_it_holds(
    tmp_path: Path, geometries: list[shapely.Geometry], said: str
) -> None:
    with pytest.raises(ProjectError, match=said):
        new("x", write(tmp_path / "lines.gpkg", geometries), tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_lines_in_two_layers_are_two_lines(tmp_path: Path) -> None:
    write(tmp_path / "two.gpkg", [LINE], layer="one")
    write(tmp_path / "two.gpkg", [LINE], layer="other")
    with pytest.raises(ProjectError, match="one feature 1, other feature 1"):
        new("x", tmp_path / "two.gpkg", tmp_path / "x")


def test_a_line_without_a_coordinate_system_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "line.shp", [LINE])
    (tmp_path / "line.prj").unlink()
    with pytest.raises(ProjectError, match="no coordinate system"):
        new("x", tmp_path / "line.shp", tmp_path / "x")


@pytest.mark.parametrize("content", ["", "hills", "{", json.dumps({"type": "FeatureCollection", "features": []})])
def test_a_file_that_holds_no_line_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "line.geojson").write_text(content, encoding="utf-8")
    with pytest.raises(ProjectError, match=r"line\.geojson: found"):
        new("x", tmp_path / "line.geojson", tmp_path / "x")


def test_all_wrong_words_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProjectError) as raised:
        new("My Line", tmp_path / "no.gpkg", tmp_path / "full")
    assert [problem.found for problem in raised.value.problems] == [
        "'My Line'",
        "something already there",
        "no such file",
    ]
    assert [file.name for file in (tmp_path / "full").iterdir()] == ["diary.txt"]


def test_a_line_file_with_a_quote_in_its_name_still_gives_settings_that_load(tmp_path: Path) -> None:
    line = write(tmp_path / "line.gpkg", [LINE]).rename(tmp_path / 'the "line".gpkg')
    assert load(new("x", line, tmp_path / "x")).line_source == "the _line_.gpkg"
