"""Where do heights come from, on which reference do they stand, and how wrong can they be?

A source is one make of terrain model: a file, a folder of tiles, a VRT. Its figures of error belong to it as much as
its heights: on an open plain they decide what is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from vallum.terrain.header import Header, TerrainError

# What may lie as a tile in a folder; a VRT in it is a view of its tiles.
TILES = frozenset({".tif", ".tiff", ".dt0", ".dt1", ".dt2", ".hgt", ".img", ".asc", ".bil"})
_ZIPPED = ".hgt.zip"
# Masks and error maps that terrain models are delivered with: rasters, but not heights.
_BESIDE_HEIGHTS = re.compile(r"_(EDM|FLM|HEM|WBM|ACM|MSK|STK|NUM)$", re.IGNORECASE)
_TOLD_AT_MOST = 3


@dataclass(frozen=True, slots=True, eq=False)
class TerrainSource:
    """One source of heights and how far it can be trusted.

    Attributes
    ----------
    name
        Its name, each once in a mosaic.
    paths
        Its files; a folder of tiles is expanded.
    crs
        Reference system of the grid, as EPSG:code or WKT; one for all files.
    cell_m
        Longer side of its widest cell on the ground, metres.
    vertical_reference
        What its heights are above: "EGM96", "EGM2008", "mean sea level (unstated datum)", "WGS 84 ellipsoid".
    error_sd_m
        One standard deviation of the height error, metres.
    error_length_m
        Over which distance along the ground that error stays alike (correlation length), metres.
    error_source
        Who says so, or that it is an assumption.
    origin
        Where the heights come from.

    Raises
    ------
    ValueError
        If a name is empty or a figure is not a positive number.

    Examples
    --------
    >>> from vallum import examples
    >>> globe = TerrainSource.open(
    ...     examples.path("iraq-syria") / "terrain.tif",
    ...     name="GLOBE",
    ...     vertical_reference="mean sea level (unstated datum)",
    ...     error_sd_m=18.0,
    ...     error_length_m=900.0,
    ...     error_source="assumed",
    ...     origin="NOAA GLOBE 1.0",
    ... )
    >>> globe.crs, round(globe.cell_m)
    ('EPSG:4326', 925)
    """

    name: str
    paths: tuple[Path, ...]
    crs: str
    cell_m: float
    vertical_reference: str
    error_sd_m: float
    error_length_m: float
    error_source: str
    origin: str

    def __post_init__(self) -> None:
        for what in ("name", "vertical_reference", "error_source", "origin"):
            if not getattr(self, what).strip():
                raise ValueError(f"Terrain source {self.name!r}: {what} is empty; say it in words.")
        for what in ("cell_m", "error_sd_m", "error_length_m"):
            value_m = getattr(self, what)
            if not (isfinite(value_m) and value_m > 0.0):
                raise ValueError(f"Terrain source {self.name}: {what} is {value_m}; give metres above 0.")

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        name: str,
        error_sd_m: float,
        error_length_m: float,
        error_source: str,
        origin: str,
        vertical_reference: str | None = None,
    ) -> TerrainSource:
        """Look at the files of a source; no heights are read.

        Parameters
        ----------
        path
            A GeoTIFF, DTED, SRTM .hgt or VRT file, or a folder that holds tiles of one make, at any depth.
        vertical_reference
            May be left out where the files declare it themselves.
        name, error_sd_m, error_length_m, error_source, origin
            As of the source.

        Raises
        ------
        TerrainError
            If a file cannot be used, or the files do not belong together; names file, what was found, what to do.
        """
        headers = headers_of(expanded(path))
        declared = headers[0].vertical
        if vertical_reference is None:
            if declared is None:
                raise TerrainError(
                    path,
                    "it does not say what its heights are above",
                    'State the vertical reference, as "EGM96", "EGM2008" or "mean sea level (unstated datum)".',
                )
            vertical_reference = declared.removesuffix(" height")
        elif declared is not None and not _alike(declared, vertical_reference):
            raise TerrainError(
                path,
                f"it declares that its heights are above {declared}, not {vertical_reference}",
                "State what the file declares, or mend the file if that is wrong.",
            )
        return cls(
            name,
            tuple(header.path for header in headers),
            headers[0].crs,
            max(header.cell_m for header in headers),
            vertical_reference,
            error_sd_m,
            error_length_m,
            error_source,
            origin,
        )


def expanded(path: Path) -> tuple[Path, ...]:
    """Return the files of a source: the file itself, or the tiles of a folder in the order of their names.

    Masks and error maps that lie beside the heights, and views (VRT) of the tiles, are left out.

    Raises
    ------
    TerrainError
        If there is nothing, or no tile in the folder.

    Examples
    --------
    >>> from vallum import examples
    >>> [tile.name for tile in expanded(examples.path("iraq-syria"))]
    ['terrain.tif']
    """
    if not path.exists():
        raise TerrainError(path, "there is no such file or folder", "Give the path of a terrain file or of a folder.")
    if not path.is_dir():
        return (path,)
    tiles = tuple(sorted(inside for inside in path.rglob("*") if inside.is_file() and _is_tile(inside)))
    if not tiles:
        suffixes = ", ".join(sorted(TILES))
        raise TerrainError(path, "the folder holds no terrain tile", f"Tiles are files that end in {suffixes}.")
    return tiles


def headers_of(paths: tuple[Path, ...]) -> tuple[Header, ...]:
    """Read and check the heads of files that are to be one source.

    Raises
    ------
    TerrainError
        If one cannot be used, or they lie on different reference systems or above different vertical references.
    """
    headers: list[Header] = []
    errors: list[TerrainError] = []
    for path in paths:
        try:
            headers.append(Header.read(path))
        except TerrainError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        first = "; ".join(f"{Path(error.file).name}: {error.found}" for error in errors[:_TOLD_AT_MOST])
        more = "" if len(errors) <= _TOLD_AT_MOST else "; and others"
        raise TerrainError(
            paths[0].parent, f"{len(errors)} of {len(paths)} files cannot be used ({first}{more})", errors[0].remedy
        )
    for header in headers:
        for what, one, other in (
            ("coordinate systems", headers[0].crs, header.crs),
            ("vertical references", headers[0].vertical, header.vertical),
        ):
            if one != other:
                named = (
                    f"{file.path.name} on {said or 'none stated'}"
                    for file, said in ((headers[0], one), (header, other))
                )
                raise TerrainError(
                    paths[0].parent,
                    f"its files have different {what}: {', '.join(named)}",
                    "Make one source of each kind.",
                )
    return tuple(headers)


def _is_tile(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or _BESIDE_HEIGHTS.search(path.stem):
        return False
    return path.suffix.lower() in TILES or name.endswith(_ZIPPED)


def _alike(declared: str, stated: str) -> bool:
    plain = [re.sub(r"[^a-z0-9]", "", words.lower().removesuffix(" height")) for words in (declared, stated)]
    return plain[0] in plain[1] or plain[1] in plain[0]
