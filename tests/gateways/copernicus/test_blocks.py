from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.shutil import copy as raster_copy
from tests.gateways.copernicus.tile_server import cog_of

from vallum.gateways.copernicus import PRODUCTS, Tile
from vallum.gateways.copernicus.blocks import broken_block

TILE = Tile(PRODUCTS["glo30"], 35, 42)


@pytest.mark.parametrize(
    "form",
    [
        {"driver": "GTiff", "compress": "deflate"},
        {"driver": "GTiff", "compress": "deflate", "tiled": True, "blockxsize": 64, "blockysize": 64, "predictor": 3},
        {"driver": "GTiff", "compress": "deflate", "bigtiff": "yes", "endianness": "big"},
        {"driver": "COG", "compress": "deflate", "blocksize": 128, "predictor": 3},
        {"driver": "COG", "compress": "deflate", "blocksize": 128, "bigtiff": "yes"},
        {"driver": "GTiff", "compress": "lzw"},
    ],
    ids=str,
)
def test_a_sound_file_of_any_layout_has_no_broken_block(tmp_path: Path, form: dict[str, object]) -> None:
    whole = tmp_path / "whole.tif"
    whole.write_bytes(cog_of(TILE, 400))
    made = tmp_path / "made.tif"
    raster_copy(whole, made, **form)
    assert broken_block(made) is None
    if form["compress"] == "lzw":
        return
    # Zeros in a deflated block are a valid code: what comes out differs, and no library of rasters minds.
    content = bytearray(made.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    made.write_bytes(content)
    assert "is damaged" in (broken_block(made) or "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_no_damaged_byte_of_the_picture_goes_unseen(tmp_path: Path, at: int, flip: int) -> None:
    content = bytearray(cog_of(TILE, 40))
    at %= len(content)
    content[at] ^= flip
    path = tmp_path / "damaged.tif"
    path.write_bytes(content)
    found = broken_block(path)
    path.write_bytes(cog_of(TILE, 40))
    with rasterio.open(path) as raster:
        heights = raster.read(1)
    path.write_bytes(content)
    if found is None:
        # Then it was beside the picture: in the texts of the head, or in the bytes between blocks.
        try:
            with rasterio.open(path) as raster:
                read = raster.read(1)
        except rasterio.errors.RasterioError:
            return
        same = read.shape == heights.shape and np.array_equal(read, heights)
        assert same or at < 600, f"byte {at}"


@given(content=st.binary(max_size=200))
def test_any_bytes_are_judged_without_a_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.tif"
    for head in (b"", b"II*\x00\x08\x00\x00\x00", b"MM\x00+\x00\x08\x00\x00"):
        path.write_bytes(head + content)
        broken_block(path)
