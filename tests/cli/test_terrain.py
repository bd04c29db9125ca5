from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateways.copernicus.tile_server import TileServer, cog_of, serving
from tests.terrain.models import grid, tilted, written
from typer.testing import CliRunner, Result

from vallum import examples
from vallum.centre.folder import FolderError
from vallum.cli.terrain import app
from vallum.frontier.strip import Strip
from vallum.gateways.copernicus import PRODUCTS, Tile, tiles_of
from vallum.project import ProjectError, load, new
from vallum.terrain.header import TerrainError

runner = CliRunner()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project of one's own, 60 km long across two tiles, without terrain."""
    line = {"type": "LineString", "coordinates": [[42.7, 35.5], [43.3, 35.6]]}
    (tmp_path / "line.geojson").write_text(json.dumps(line))
    return new("north", tmp_path / "line.geojson", tmp_path / "north")


@pytest.fixture
def server(own: Path) -> Iterator[TileServer]:
    with serving(TileServer()) as served:
        for tile in tiles_of(PRODUCTS["glo30"], [Strip(load(own).frontier, 5_000.0, 500.0)]):
            served.put(tile, cog_of(tile))
        yield served


def ran(*words: object) -> Result:
    return runner.invoke(app, [str(word) for word in words])


def plain(result: Result) -> str:
    return " ".join(result.output.split())


def fetched(own: Path, server: TileServer, tmp_path: Path, *more: object) -> Result:
    return ran("fetch", own, "--base-url", server.url, "--cache", tmp_path / "cache", "--half-width-km", 5, *more)


def test_fetched_tiles_are_entered_and_the_project_can_be_carried_without_the_cache(
    own: Path, server: TileServer, tmp_path: Path
) -> None:
    result = fetched(own, server, tmp_path)
    assert result.exit_code == 0, result.output
    assert "2 fetched" in result.output
    shutil.rmtree(tmp_path / "cache")
    (source,) = load(own).terrain_sources
    assert source.name == "Copernicus DEM GLO-30"
    assert source.vertical_reference == "EGM2008"
    assert len(source.paths) == 2
    shown = json.loads(ran("show", own, "--half-width-km", 4, "--json").stdout)
    assert shown["sources"][0]["share"] == 1.0
    assert shown["void_share"] == 0.0


def test_fetching_again_offline_changes_nothing(own: Path, server: TileServer, tmp_path: Path) -> None:
    fetched(own, server, tmp_path)
    before = (own / "terrain.toml").read_text()
    again = fetched(own, server, tmp_path, "--offline")
    assert again.exit_code == 0
    assert "2 from the cache" in again.output
    assert (own / "terrain.toml").read_text() == before


def test_a_corrupt_tile_is_told_with_its_reason_and_the_others_are_used(
    own: Path, server: TileServer, tmp_path: Path
) -> None:
    server.put(Tile(PRODUCTS["glo30"], 35, 43), b"<html>Sign in</html>")
    result = fetched(own, server, tmp_path)
    assert result.exit_code == 1
    assert "1 fetched, 1 refused" in result.output
    assert "N35 E043 refused: it cannot be read as a raster" in plain(result)
    shown = json.loads(ran("show", own, "--half-width-km", 4, "--json").stdout)
    assert 0.3 < shown["void_share"] < 0.7
    assert "Terrain covers" in shown["notes"][0]
    assert "Terrain covers" in plain(ran("show", own, "--half-width-km", 4))


def test_a_packaged_frontier_gets_its_tiles_into_the_cache_and_is_not_changed(
    server: TileServer, tmp_path: Path
) -> None:
    before = (examples.path("iraq-syria") / "terrain.toml").read_bytes()
    project = load("iraq-syria")
    for tile in tiles_of(PRODUCTS["glo30"], [Strip(project.frontier, 1_000.0, 500.0)]):
        server.put(tile, cog_of(tile, 40))
    result = ran("fetch", "iraq-syria", "--base-url", server.url, "--cache", tmp_path / "cache", "--half-width-km", 1)
    assert result.exit_code == 0, result.output
    assert "comes with the program and is not changed" in plain(result)
    assert (examples.path("iraq-syria") / "terrain.toml").read_bytes() == before
    assert not (examples.path("iraq-syria") / "terrain").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"), [("--product", "glo60", "glo30 or glo90"), ("--base-url", "ftp://x", "http://")]
)
def test_a_wrong_option_of_fetch_says_what_there_is(own: Path, option: str, value: str, said: str) -> None:
    result = ran("fetch", own, option, value)
    assert result.exit_code == 2
    assert said in result.output


# --- add -----------------------------------------------------------------------------------------------------------


def lidar(path: Path, west: float = 42.6, crs: str | None = "EPSG:4326") -> Path:
    transform = grid(west, 35.7, 0.001)
    return written(path, tilted(transform, 300, 400), transform, crs)


def test_a_model_is_added_with_what_is_said_of_it(own: Path, tmp_path: Path) -> None:
    model = lidar(tmp_path / "lidar.tif")
    result = ran(
        "add", own, model, "--name", "lidar", "--error-sd-m", 0.3, "--vertical-reference", "EGM2008",
        "--error-source", "its maker", "--origin", "flown in May",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "above EGM2008, under 50% of the line" in plain(result)
    (source,) = load(own).terrain_sources
    assert (source.name, source.error_sd_m, source.origin) == ("lidar", 0.3, "flown in May")
    assert source.error_length_m == pytest.approx(3 * source.cell_m, abs=0.1)
    assert source.error_source == "its maker; length assumed, three cells"
    assert source.paths == (model,)


def test_a_model_inside_of_the_project_is_named_from_there(own: Path) -> None:
    lidar(own / "terrain" / "lidar.tif")
    for _ in range(2):
        result = ran(
            "add", own, own / "terrain", "--name", "lidar", "--error-sd-m", 0.3, "--vertical-reference", "EGM2008"
        )
        assert result.exit_code == 0
    assert "stands already" in plain(result)
    assert 'path = "terrain"' in (own / "terrain.toml").read_text()


def test_a_packaged_frontier_is_not_added_to(tmp_path: Path) -> None:
    result = ran("add", "iraq-syria", lidar(tmp_path / "l.tif"), "--name", "lidar", "--error-sd-m", 0.3)
    assert isinstance(result.exception, FolderError)
    assert "is not changed" in str(result.exception)


def test_what_cannot_be_used_is_refused_and_nothing_is_written(own: Path, tmp_path: Path) -> None:
    cases = (
        (lidar(tmp_path / "m.tif", crs="EPSG:32638"), 0.3, TerrainError, "can only be degrees"),
        (lidar(tmp_path / "far.tif", west=10.0), 0.3, TerrainError, "no ground under north"),
        (tmp_path / "nowhere.tif", 0.3, TerrainError, "no such file"),
        (lidar(tmp_path / "l.tif"), -1, ProjectError, "greater than 0"),
    )
    for path, sd_m, kind, said in cases:
        result = ran("add", own, path, "--name", "l", "--error-sd-m", sd_m, "--vertical-reference", "EGM96")
        assert isinstance(result.exception, kind), path
        assert said in str(result.exception)
        assert not (own / "terrain.toml").exists()


# --- show ----------------------------------------------------------------------------------------------------------


def test_show_tells_everything_that_is_known_of_the_packaged_ground() -> None:
    result = ran("show", "iraq-syria", "--cell-m", 500)
    for needed in ("GLOBE", "100.0%", "924.5 m", "18 m", "mean sea level", "indicative", "section 7.B.i"):
        assert needed in plain(result)
    shown = json.loads(ran("show", "iraq-syria", "--cell-m", 500, "--json").stdout)
    assert shown["grade"] == "indicative"
    assert shown["terrain_cell_m"] == pytest.approx(924.5, abs=0.5)
    assert shown["sources"][0]["share"] == 1.0
    assert shown["seams"] == []
    assert shown["notes"] == []


def test_show_tells_where_two_sources_meet_and_that_they_stand_above_different_references(
    own: Path, tmp_path: Path
) -> None:
    wide = grid(42.0, 36.2, 0.005)
    written(tmp_path / "wide.tif", tilted(wide, 300, 400) - 12.0, wide)
    for path, name, reference in (
        (lidar(tmp_path / "l.tif"), "lidar", "EGM2008"),
        (tmp_path / "wide.tif", "w", "EGM96"),
    ):
        result = ran("add", own, path, "--name", name, "--error-sd-m", 2, "--vertical-reference", reference)
        assert result.exit_code == 0, result.output
    shown = json.loads(ran("show", own, "--half-width-km", 3, "--json").stdout)
    (seam,) = shown["seams"]
    assert (seam["finer"], seam["coarser"], seam["same_reference"]) == ("lidar", "w", False)
    assert seam["step_m"] == pytest.approx(-12.0, abs=0.5)
    assert 20.0 < seam["from_km"] < 30.0
    assert "Heights stand above different references" in shown["notes"][0]
    words = plain(ran("show", own, "--half-width-km", 3))
    assert "w over lidar" in words
    assert "differ" in words
    assert "-12.0 m" in words


def test_show_of_a_frontier_without_terrain_says_how_to_bring_some_in(own: Path) -> None:
    assert "vallum terrain fetch" in plain(ran("show", own))
    assert json.loads(ran("show", own, "--json").stdout)["sources"] == []
