"""A server of tiles that can be told to misbehave: it has the public layout and listens on this machine only."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.shutil import copy as raster_copy

from vallum.gateways.copernicus.tile import Tile


@dataclass
class TileServer:
    """What is served, how it misbehaves, and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(
        default_factory=list
    )  # so many bytes of a tile go out before the line is cut, answer by answer
    refusals: list[int] = field(default_factory=list)  # statuses of the next answers about tiles
    knows_ranges: bool = True
    etags: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path, range
    retry_after: str = "0"
    url: str = ""

    def put(self, tile: Tile, content: bytes) -> None:
        self.files[f"/{tile.path}"] = content

    def list_tiles(self) -> None:
        names = sorted({path.split("/")[1] for path in self.files if path.endswith(".tif")})
        self.files["/tileList.txt"] = "".join(f"{name}\r\n" for name in names).encode()

    def asked_for_tiles(self) -> list[tuple[str, str | None]]:
        return [(path.rsplit("/", 1)[1], wanted) for path, wanted in self.asked if path.endswith(".tif")]


@contextmanager
def serving(served: TileServer) -> Iterator[TileServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.asked.append((self.path, wanted))
            is_tile = self.path.endswith(".tif")
            if is_tile and served.refusals:
                self._say(served.refusals.pop(0), {"Retry-After": served.retry_after})
                return
            content = served.files.get(self.path)
            if content is None:
                self._say(404, {})
                return
            etag = served.etags.get(self.path, f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')
            headers, first = {"ETag": etag, "Accept-Ranges": "bytes"}, 0
            condition = self.headers.get("If-Range")
            if wanted and served.knows_ranges and condition in (None, etag):
                first = int(wanted.removeprefix("bytes=").rstrip("-"))
                if first >= len(content):
                    self._say(416, {"Content-Range": f"bytes */{len(content)}"})
                    return
                headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            body = content[first:]
            self.send_response(206 if "Content-Range" in headers else 200)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if is_tile and served.cuts:
                self.wfile.write(body[: served.cuts.pop(0)])
                self.close_connection = True
                return
            self.wfile.write(body)

        def _say(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cog_of(tile: Tile, side: int = 120, height_m: float | None = None, seed: int = 0) -> bytes:
    """A small tile in its place, half a cell off its degree as the real ones are; rough, so that it stays large."""
    cell = 1.0 / side
    transform = Affine(cell, 0.0, tile.west - cell / 2, 0.0, -cell, tile.south + 1.0 + cell / 2)
    heights = np.random.default_rng(seed).normal(400.0, 30.0, (side, side)).astype(np.float32)
    if height_m is not None:
        heights[:] = height_m
    with MemoryFile() as plain, MemoryFile() as cog:
        with plain.open(
            driver="GTiff", height=side, width=side, count=1, dtype="float32", crs="EPSG:4326", transform=transform
        ) as file:
            file.write(heights, 1)
        with plain.open() as file, rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            raster_copy(file, cog.name, driver="COG", compress="deflate", blocksize=128)
        return bytes(cog.read())
