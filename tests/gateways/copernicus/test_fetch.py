from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.gateways.copernicus.tile_server import TileServer, cog_of, serving

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.gateways.copernicus import PRODUCTS, Fetched, Tile, fetch, tiles_of
from vallum.gateways.copernicus.fetch import cache_folder
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.source import TerrainSource

GLO30 = PRODUCTS["glo30"]
TILE, EAST, SEA = Tile(GLO30, 35, 42), Tile(GLO30, 35, 43), Tile(GLO30, 35, 34)
CONTENT = cog_of(TILE)


@pytest.fixture
def server() -> Iterator[TileServer]:
    with serving(TileServer()) as served:
        served.put(TILE, CONTENT)
        served.put(EAST, cog_of(EAST, seed=1))
        yield served


@pytest.fixture
def waited() -> list[float]:
    return []


def fetched(server: TileServer, cache: Path, waited: list[float], *tiles: Tile, offline: bool = False) -> list[Fetched]:
    return list(fetch(tiles or (TILE,), cache, base_url=server.url, offline=offline, pause=waited.append))


def only(found: list[Fetched]) -> Fetched:
    (one,) = found
    return one


def test_a_tile_comes_under_its_public_name_with_its_check_sum(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    one = only(fetched(server, tmp_path, waited))
    assert one.state == "fetched"
    assert one.path == tmp_path / "glo30" / "Copernicus_DSM_COG_10_N35_00_E042_00_DEM.tif"
    assert one.path.read_bytes() == CONTENT
    assert one.path.with_name(one.path.name + ".sha256").read_text().split() == [
        hashlib.sha256(CONTENT).hexdigest(),
        one.path.name,
    ]
    assert sorted(file.suffix for file in one.path.parent.iterdir() if file != one.path.parent / ".lock") == [
        ".sha256",
        ".tif",
    ]
    assert waited == []


def test_after_a_cut_in_the_middle_of_a_tile_only_the_rest_is_asked_for(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    server.cuts = [10_000, 15_000]
    one = only(fetched(server, tmp_path, waited))
    assert one.path is not None
    assert one.path.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked_for_tiles()] == [None, "bytes=10000-", "bytes=25000-"]


def test_a_fetch_that_was_ended_goes_on_where_it_ended(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    server.cuts = [20_000]

    def ctrl_c(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch([TILE], tmp_path, base_url=server.url, pause=ctrl_c)
    assert not list((tmp_path / "glo30").glob("*.tif"))
    one = only(fetched(server, tmp_path, waited))
    assert one.path is not None
    assert one.path.read_bytes() == CONTENT
    assert server.asked_for_tiles()[-1][1] == "bytes=20000-"


def test_a_server_without_ranges_sends_it_from_the_beginning(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    server.cuts, server.knows_ranges = [20_000], False
    one = only(fetched(server, tmp_path, waited))
    assert one.path is not None
    assert one.path.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked_for_tiles()] == [None, "bytes=20000-"]


def test_pieces_of_two_versions_are_never_put_together(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    server.cuts = [20_000]

    def changed(_: float) -> None:
        server.put(TILE, cog_of(TILE, seed=7))

    one = only(list(fetch([TILE], tmp_path, base_url=server.url, pause=changed)))
    assert one.path is not None
    assert one.path.read_bytes() == server.files[f"/{TILE.path}"] != CONTENT


def test_a_range_of_another_version_is_thrown_away_even_if_the_server_sends_it(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    # A cache between that ignores If-Range: the weak name keeps us from sending one, the changed one gives it away.
    server.cuts = [20_000]
    server.etags[f"/{TILE.path}"] = 'W/"one"'

    def changed(_: float) -> None:
        server.put(TILE, cog_of(TILE, seed=7))
        server.etags[f"/{TILE.path}"] = 'W/"two"'

    one = only(list(fetch([TILE], tmp_path, base_url=server.url, pause=changed)))
    assert one.path is not None
    assert one.path.read_bytes() == server.files[f"/{TILE.path}"]
    assert [wanted for _, wanted in server.asked_for_tiles()] == [None, "bytes=20000-", None]


def test_a_file_that_became_shorter_is_begun_anew(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    server.cuts = [30_000]
    server.etags[f"/{TILE.path}"] = 'W/"same"'

    def changed(_: float) -> None:
        server.put(TILE, cog_of(TILE, height_m=300.0))

    assert len(cog_of(TILE, height_m=300.0)) < 30_000
    assert only(list(fetch([TILE], tmp_path, base_url=server.url, pause=changed))).state == "fetched"


def test_a_tile_that_is_not_what_the_server_says_is_refused_and_kept_with_its_reason(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    damaged = bytearray(CONTENT)
    damaged[len(damaged) // 2] ^= 0xFF
    server.put(TILE, bytes(damaged))
    server.etags[f"/{TILE.path}"] = f'"{hashlib.md5(CONTENT).hexdigest()}"'
    bad, good = fetched(server, tmp_path, waited, TILE, EAST)
    assert (bad.state, bad.path, good.state) == ("refused", None, "fetched")
    assert "MD5" in bad.reason
    kept = tmp_path / "glo30" / f"{TILE.name}.tif.refused"
    assert kept.read_bytes() == bytes(damaged)
    assert "MD5" in kept.with_name(kept.name + ".txt").read_text()
    assert not (tmp_path / "glo30" / f"{TILE.name}.tif").exists()
    # Mended on the server, it comes, and what was set aside goes.
    server.put(TILE, CONTENT)
    assert only(fetched(server, tmp_path, waited)).state == "fetched"
    assert not kept.exists()


def spoiled_block() -> bytes:
    spoiled = bytearray(CONTENT)
    spoiled[-8_000:-4_000] = bytes(4_000)
    return bytes(spoiled)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CONTENT[:20_000], "block 1 of picture 1 is damaged"),
        (spoiled_block(), "block 1 of picture 1 is damaged"),
        (b"<html>Sign in to the guest network</html>", "cannot be read as a raster"),
        (cog_of(EAST), "not where its name says"),
        (cog_of(TILE, height_m=-9_999.0), "no ground on earth"),
        (b"", "cannot be read as a raster"),
    ],
    ids=["cut short", "a block", "a sign-in page", "another tile", "absurd heights", "nothing"],
)
def test_a_corrupt_tile_is_refused_whatever_the_server_calls_it(
    server: TileServer, tmp_path: Path, waited: list[float], content: bytes, said: str
) -> None:
    server.put(TILE, content)
    one = only(fetched(server, tmp_path, waited))
    assert one.state == "refused"
    assert said in one.reason
    assert not list((tmp_path / "glo30").glob("*.tif"))


def test_pieces_that_do_not_decode_are_fetched_once_more_as_a_whole(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    part = tmp_path / "glo30" / f"{TILE.name}.tif.part"
    part.parent.mkdir()
    part.write_bytes(bytes(10_000))
    etag = f'"{hashlib.md5(CONTENT).hexdigest()}"'
    known = {"url": f"{server.url}/{TILE.path}", "etag": etag, "length": len(CONTENT), "resumed": False}
    part.with_name(part.name + ".json").write_text(json.dumps(known))
    one = only(fetched(server, tmp_path, waited))
    assert one.path is not None
    assert one.path.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked_for_tiles()] == ["bytes=10000-", None]


def test_where_there_is_only_sea_there_is_no_tile_and_that_is_remembered(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    assert only(fetched(server, tmp_path, waited, SEA)).state == "absent"
    assert server.asked_for_tiles() == [(f"{SEA.name}.tif", None)]
    assert only(fetched(server, tmp_path, waited, SEA, offline=True)).state == "absent"


def test_a_list_of_tiles_saves_asking_for_those_that_are_not_there(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    server.list_tiles()
    here, sea = fetched(server, tmp_path, waited, TILE, SEA)
    assert (here.state, sea.state) == ("fetched", "absent")
    assert "tileList.txt" in sea.reason
    assert [name for name, _ in server.asked_for_tiles()] == [f"{TILE.name}.tif"]
    assert only(fetched(server, tmp_path, waited, SEA, offline=True)).state == "absent"


def test_offline_the_cache_is_used_and_nobody_is_asked(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    fetched(server, tmp_path, waited)
    server.asked.clear()
    here, not_here = fetched(server, tmp_path, waited, TILE, EAST, offline=True)
    assert (here.state, not_here.state) == ("cached", "missing")
    assert "offline" in not_here.reason
    assert server.asked == []


def test_what_is_in_the_cache_is_not_fetched_again(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    fetched(server, tmp_path, waited)
    server.asked.clear()
    assert only(fetched(server, tmp_path, waited)).state == "cached"
    assert server.asked == []


def test_a_tile_that_changed_on_the_disk_is_not_used(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    path = only(fetched(server, tmp_path, waited)).path
    assert path is not None
    path.write_bytes(CONTENT[:-1] + b"x")
    gone = only(fetched(server, tmp_path, waited, offline=True))
    assert (gone.state, gone.path) == ("refused", None)
    assert "SHA-256" in gone.reason
    assert only(fetched(server, tmp_path, waited)).state == "fetched"


def test_a_tile_put_there_by_hand_is_checked_like_one_that_came(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    folder = tmp_path / "glo30"
    folder.mkdir()
    (folder / f"{TILE.name}.tif").write_bytes(CONTENT)
    (folder / f"{EAST.name}.tif").write_bytes(CONTENT)
    good, bad = fetched(server, tmp_path, waited, TILE, EAST, offline=True)
    assert (good.state, bad.state) == ("cached", "refused")
    assert "not where its name says" in bad.reason


def test_a_busy_server_is_given_time_and_is_obeyed(server: TileServer, tmp_path: Path, waited: list[float]) -> None:
    server.refusals, server.retry_after = [503, 429, 500], "7"
    assert only(fetched(server, tmp_path, waited)).state == "fetched"
    assert waited == [7.0, 7.0, 7.0]


def test_a_server_that_cannot_be_reached_leaves_the_rest_missing_and_says_so_once(
    tmp_path: Path, waited: list[float]
) -> None:
    with serving(TileServer()) as served:
        gone = served.url
    one, two = fetch([TILE, EAST], tmp_path, base_url=gone, pause=waited.append)
    assert (one.state, two.state) == ("missing", "missing")
    assert "cannot be reached" in one.reason
    assert one.reason == two.reason
    # Two tries for the list, six for the tile, none for the next.
    assert waited == [1.0, 1.0, 2.0, 4.0, 8.0, 16.0]


def test_a_tile_that_the_server_keeps_to_itself_does_not_stop_the_others(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    server.refusals = [403]
    one, two = fetched(server, tmp_path, waited, TILE, EAST)
    assert (one.state, two.state) == ("missing", "fetched")
    assert "403" in one.reason


def test_progress_tells_bytes_here_and_bytes_in_all(server: TileServer, tmp_path: Path) -> None:
    told: list[tuple[Tile, int, int | None]] = []
    server.cuts = [20_000]
    fetch([TILE], tmp_path, base_url=server.url, progress=lambda *now: told.append(now), pause=lambda _: None)
    assert told[0] == (TILE, 0, len(CONTENT))
    assert told[-1] == (TILE, len(CONTENT), len(CONTENT))
    assert (TILE, 20_000, len(CONTENT)) in told


def test_only_http_is_spoken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="http"):
        fetch([TILE], tmp_path, base_url="file:///etc", pause=lambda _: None)


def test_two_fetches_at_once_do_not_spoil_each_other(server: TileServer, tmp_path: Path) -> None:
    server.cuts = [1_000]

    def second(_: float) -> None:
        with pytest.raises(OSError, match="another fetch is at work"):
            fetch([TILE], tmp_path, base_url=server.url)

    assert only(list(fetch([TILE], tmp_path, base_url=server.url, pause=second))).state == "fetched"


def test_a_relative_cache_home_is_ignored() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "here"}) == cache_folder({}) == Path.home() / ".cache/vallum/copernicus"


def test_fetched_tiles_are_ground_without_a_seam_between_them(
    server: TileServer, tmp_path: Path, waited: list[float]
) -> None:
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.9, 35.5], [43.1, 35.5]]))
    tiles = tiles_of(GLO30, [Strip(line, 2_000.0, 500.0)])
    assert tiles == (TILE, EAST)
    for tile in tiles:
        server.put(tile, cog_of(tile, height_m=250.0))
    paths = [one.path for one in fetched(server, tmp_path, waited, *tiles) if one.path is not None]
    source = TerrainSource.open(
        paths[0].parent,
        name="GLO-30",
        vertical_reference=GLO30.vertical_reference,
        error_sd_m=GLO30.error_sd_m,
        error_length_m=GLO30.error_length_m,
        error_source=GLO30.error_source,
        origin=GLO30.origin,
    )
    ground = Mosaic([source]).onto(Strip(line, 2_000.0, 100.0))
    assert ground.void_share == 0.0
    assert np.nanmax(np.abs(ground.heights_m - 250.0)) < 1e-3


@pytest.mark.parametrize(
    ("south", "west", "name"),
    [
        (35, 42, "Copernicus_DSM_COG_10_N35_00_E042_00_DEM"),
        (0, 6, "Copernicus_DSM_COG_10_N00_00_E006_00_DEM"),
        (-1, -5, "Copernicus_DSM_COG_10_S01_00_W005_00_DEM"),
        (80, -120, "Copernicus_DSM_COG_10_N80_00_W120_00_DEM"),
    ],
)
def test_tiles_have_their_public_names(south: int, west: int, name: str) -> None:
    assert Tile(GLO30, south, west).path == f"{name}/{name}.tif"


def test_a_line_along_a_meridian_and_a_parallel_needs_the_tiles_on_both_sides() -> None:
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[43.0, 35.6], [43.0, 36.0], [43.4, 36.0]]))
    corners = {(tile.south, tile.west) for tile in tiles_of(GLO30, [Strip(line, 1_000.0, 500.0)])}
    assert corners == {(35, 42), (35, 43), (36, 42), (36, 43)}
