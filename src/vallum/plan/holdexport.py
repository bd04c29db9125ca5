"""How does a holding analysis get into a folder that other programs read, and into a notebook?

What is written is a guide for the other side as well: weakest ways, P_I and the places of units together. Every file
carries the strictest marking, and nothing of it belongs into any agreement by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import rasterio

from vallum.plan.export import digest, new_folder, write_csv, write_layer
from vallum.plan.field import Field
from vallum.plan.frames import library
from vallum.plan.holdrows import event_rows, gap_rows, step_rows, way_rows
from vallum.plan.interruption import Holding
from vallum.plan.marking import MARKING
from vallum.plan.rows import Row

if TYPE_CHECKING:
    import geopandas  # type: ignore[import-untyped]
    import xarray

_Rows = Callable[[Field, Sequence[Holding]], Iterator[Row]]
_LAYERS: Mapping[str, tuple[str, _Rows]] = {
    "gaps": ("LineString", gap_rows),
    "weakest_ways": ("LineString", way_rows),
    "events": ("Point", event_rows),
}


def export(
    folder: Path,
    field: Field,
    found: Sequence[Holding],
    figures: Mapping[str, Any],
    recorded: Mapping[str, Any],
) -> None:
    """Write a result into a new folder, whole or not at all.

    Parameters
    ----------
    folder
        Its name; nothing may be there.
    field, found
        The ground and what was found on it.
    figures, recorded
        What `holdsummary` makes of it.

    Raises
    ------
    FileExistsError
        If something is there.
    """
    with new_folder(folder) as filling:
        for layer, (kind, rows) in _LAYERS.items():
            write_layer(filling / "hold.gpkg", layer, kind, list(rows(field, found)))
        write_csv(filling / "chainage.csv", step_rows(field, found))
        for held in found:
            _write_response(filling / f"{held.case.name}.response.tif", field, held)
        (filling / "figures.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
        (filling / "MARKING.txt").write_text(MARKING + "\n", encoding="utf-8")
        files = {file.name: digest(file) for file in sorted(filling.iterdir())}
        whole = {"marking": MARKING, **recorded, "files": files}
        (filling / "record.json").write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")


def _write_response(file: Path, field: Field, held: Holding) -> None:
    strip = field.scene.strip
    values = np.where(field.zones.zone > 0, held.there.seconds, np.float32(-1.0))
    with rasterio.open(
        file, "w", driver="COG", width=strip.shape[1], height=strip.shape[0], count=1, dtype="float32",
        crs=strip.projection, transform=strip.transform, nodata=-1.0, compress="deflate", predictor=3,
    ) as out:  # fmt: skip
        out.write(values.astype(np.float32), 1)
        out.set_band_description(1, "seconds from a detection until a unit is there")
        out.update_tags(marking=MARKING, case=held.case.name)


def dataset(field: Field, found: Sequence[Holding]) -> xarray.Dataset:
    """Return a result as an xarray Dataset by case and step of chainage.

    Returns
    -------
    xarray.Dataset
        `p_interruption`, `lower`, `upper`, `margin_s`, `response_s` (case, step) and `p_by_time` (case, time, step), on
        the chainage of the middle of each step, metres.

    Raises
    ------
    MissingExtraError
        If xarray is not installed; says how to get it.
    """
    xr = library("xarray")
    edges_m = field.zones.edges_m
    names = list(dict.fromkeys(time.name for held in found for time in held.times))
    by_time = np.full((len(found), len(names), field.steps), np.nan)
    for number, held in enumerate(found):
        for time, p in zip(held.times, held.p_by_time, strict=True):
            by_time[number, names.index(time.name)] = p

    def of(attribute: str) -> tuple[tuple[str, str], Any]:
        return ("case", "step"), np.stack([getattr(held, attribute) for held in found])

    made: xarray.Dataset = xr.Dataset(
        {
            "p_interruption": of("p"),
            "lower": of("lower"),
            "upper": of("upper"),
            "margin_s": of("margin_s"),
            "response_s": of("response_s"),
            "own_delay_s": of("own_delay_s"),
            "lost_before_line": (("case", "step"), np.stack([held.least.across for held in found])),
            "p_by_time": (("case", "time", "step"), by_time),
        },
        coords={
            "case": [held.case.name for held in found],
            "time": names,
            "chainage_m": ("step", (edges_m[:-1] + edges_m[1:]) / 2.0),
        },
        attrs={"marking": MARKING, "line_version": field.scene.strip.frontier.version},
    )
    return made


def frame(field: Field, found: Sequence[Holding], table: str) -> geopandas.GeoDataFrame:
    """Return `gaps`, `weakest_ways` or `events` as a GeoDataFrame on longitude and latitude.

    Raises
    ------
    KeyError
        If there is no such table.
    MissingExtraError
        If GeoPandas is not installed; says how to get it.
    """
    gpd = library("geopandas")
    _, rows = _LAYERS[table]
    return gpd.GeoDataFrame(list(rows(field, found)), geometry="geometry", crs="EPSG:4326")
