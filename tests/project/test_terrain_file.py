from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from vallum import examples
from vallum.project import Problem, ProjectError, load
from vallum.project.terrain_file import TerrainSourceSettings, parsed, with_source

Problems = Callable[[], tuple[Problem, ...]]

LIDAR = TerrainSourceSettings(
    name="lidar",
    path="lidar.tif",
    vertical_reference="EGM2008",
    error_sd_m=0.2,
    error_length_m=10.0,
    error_source="its maker",
    origin="flown for the fence",
)


def model(path: Path, crs: str | None = "EPSG:4326", cell: float = 0.001) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=50, height=50, count=1, dtype="int16", crs=crs,
        transform=Affine(cell, 0, 41.5, 0, -cell, 36.5),
    ) as raster:  # fmt: skip
        raster.write(np.full((1, 50, 50), 300, dtype=np.int16))
    return path


def stated(folder: Path, *sources: str) -> None:
    (folder / "terrain.toml").write_text("\n".join(sources), encoding="utf-8")


def source(name: str = "lidar", path: str = "lidar.tif", more: str = "") -> str:
    return f"""[[source]]
name = "{name}"
path = "{path}"
vertical_reference = "EGM2008"
error_sd_m = 0.2
error_length_m = 10.0
error_source = "its maker"
origin = "flown"
{more}"""


def told(problems: tuple[Problem, ...]) -> list[str]:
    return [str(problem) for problem in problems]


def test_the_packaged_ground_says_what_it_is_and_how_wrong_it_can_be() -> None:
    (globe,) = load("iraq-syria").terrain_sources
    assert globe.name == "GLOBE"
    assert globe.paths == (examples.path("iraq-syria") / "terrain.tif",)
    assert globe.vertical_reference == "mean sea level (unstated datum)"
    assert (globe.error_sd_m, globe.error_length_m) == (18.0, 3_000.0)
    assert "30 m at 90 %" in globe.error_source
    assert "assumed" in globe.error_source


def test_sources_are_files_and_folders_inside_and_outside_of_the_project(folder: Path, tmp_path: Path) -> None:
    model(folder / "terrain" / "a.tif")
    model(folder / "terrain" / "deep" / "b.tif")
    outside = model(tmp_path / "outside.tif")
    stated(folder, source("tiles", "terrain"), source("outside", outside.as_posix()))
    tiles, other = load(folder).terrain_sources
    assert [path.name for path in tiles.paths] == ["a.tif", "b.tif"]
    assert other.paths == (outside,)
    assert "terrain.toml" in load(folder).file_hashes


def test_without_a_terrain_toml_the_terrain_file_is_a_source_of_stated_assumptions(folder: Path) -> None:
    (folder / "terrain.toml").unlink()
    (only,) = load(folder).terrain_sources
    assert only.name == "terrain"
    assert only.vertical_reference == "mean sea level (unstated datum)"
    assert only.error_sd_m == 10.0
    assert only.error_length_m == pytest.approx(only.cell_m)
    assert only.error_source.startswith("assumed")
    assert "GLOBE" in only.origin


def test_all_problems_of_all_sources_are_told_at_once(folder: Path, problems: Problems) -> None:
    model(folder / "lidar.tif")
    model(folder / "metres.tif", "EPSG:32638")
    (folder / "hills.tif").write_text("hills")
    stated(folder, source(), source(path="metres.tif"), source("c", "hills.tif"), source("d", "nowhere.tif"))
    found = told(problems())
    assert len(found) == 4
    assert found[0] == "terrain.toml, source.name: found 'lidar' twice, expected each source once"
    assert "'metres.tif' (it says its unit is metres" in found[1]
    assert "can only be degrees" in found[1]
    assert "gdal_edit.py -a_srs EPSG:4326" in found[1]
    assert "'hills.tif' (it cannot be read as a raster" in found[2]
    assert "'nowhere.tif' (there is no such file or folder)" in found[3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "source: found nothing, expected a value"),
        ("source = []", "at least 1"),
        (source(more='datum = "x"'), "a setting that does not exist"),
        (source().replace("error_sd_m = 0.2", "error_sd_m = 0.0"), "greater than 0"),
        (source().replace("error_sd_m = 0.2", "error_sd_m = nan"), "error_sd_m"),
        (source().replace("error_sd_m = 0.2", "error_sd = 0.2"), "expected error_sd_m"),
        (source().replace('origin = "flown"', ""), "origin: found nothing"),
        ("[[source]", "a line that cannot be read"),
    ],
)
def test_a_wrong_terrain_toml_is_refused(folder: Path, problems: Problems, content: str, said: str) -> None:
    model(folder / "lidar.tif")
    stated(folder, content)
    assert any(said in problem for problem in told(problems()))


def test_a_source_that_declares_nothing_needs_a_stated_reference(folder: Path, problems: Problems) -> None:
    model(folder / "lidar.tif")
    stated(folder, source().replace('vertical_reference = "EGM2008"', ""))
    (problem,) = told(problems())
    assert problem.startswith("terrain.toml, source.vertical_reference: found 'lidar.tif' (it does not say what")


def test_a_terrain_file_without_a_terrain_toml_is_checked_like_any_other(folder: Path, problems: Problems) -> None:
    (folder / "terrain.toml").unlink()
    with rasterio.open(folder / "terrain.tif", "r+") as raster:
        raster.units = ("ft",)
    (problem,) = told(problems())
    assert problem.startswith("terrain.tif: found its heights are in ft, expected heights that can be used")


# --- one more source -----------------------------------------------------------------------------------------------


def test_one_more_source_leaves_what_stands_there_as_it_is() -> None:
    before = (examples.path("iraq-syria") / "terrain.toml").read_bytes()
    after = with_source(before, (), Path(), LIDAR)
    assert after.startswith(before.decode().rstrip("\n"))
    settings, problems = parsed(after.encode())
    assert problems == []
    assert settings is not None
    assert [one.name for one in settings.source] == ["GLOBE", "lidar"]


def test_a_terrain_file_that_was_used_without_being_named_stays_in_use(folder: Path) -> None:
    (folder / "terrain.toml").unlink()
    model(folder / "lidar.tif")
    before = load(folder)
    (folder / "terrain.toml").write_text(with_source(None, before.terrain_sources, folder, LIDAR), encoding="utf-8")
    after = load(folder).terrain_sources
    assert [one.name for one in after] == ["terrain", "lidar"]
    assert after[0].error_sd_m == before.terrain_sources[0].error_sd_m


def test_a_second_source_of_one_name_is_refused() -> None:
    once = with_source(None, (), Path(), LIDAR)
    with pytest.raises(ProjectError, match="'lidar' already"):
        with_source(once.encode(), (), Path(), LIDAR)


@pytest.mark.parametrize("words", ['a "quoted" name', "back\\slash", "تضاريس", "C:\\tiles"])
def test_any_words_come_back_as_they_were_written(words: str) -> None:
    written = with_source(None, (), Path(), LIDAR.model_copy(update={"origin": words, "path": words}))
    (back,) = tomllib.loads(written)["source"]
    assert (back["origin"], back["path"]) == (words, words)
