"""How does a result get into a folder that other programs read, whole or not at all?

The folder is filled under another name beside its place and takes its own name when everything is in it. Who stops a
run, or runs out of disk, finds nothing that looks like a result.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import shapely

from vallum.plan.case import Case
from vallum.plan.halo import HALO_M
from vallum.plan.mapping import CancelledError, Scheduler
from vallum.plan.rasters import Rasters
from vallum.plan.result import Result, work_out
from vallum.plan.rows import Row, chainage_rows, failure_rows, gap_rows, lane_rows, sensor_rows, way_rows
from vallum.plan.scene import Scene

GEOPACKAGE, CHAINAGE, RECORD = "sight.gpkg", "chainage.csv", "record.json"

_LAYERS: Mapping[str, tuple[str, Callable[[Result], Iterator[Row]]]] = {
    "lanes": ("LineString", lane_rows),
    "gaps": ("LineString", gap_rows),
    "least_detected_ways": ("LineString", way_rows),
    "failures": ("MultiLineString", failure_rows),
    "sensors": ("Point", sensor_rows),
}
_WGS84 = "EPSG:4326"
# How the time is shared between working out and completing maps, for progress.
_WORKED_OUT = 0.8


def export(
    folder: Path,
    scene: Scene,
    cases: Sequence[Case],
    *,
    with_strong: bool = True,
    not_counted: Mapping[str, str] | None = None,
    scheduler: Scheduler = "threads",
    progress: Callable[[str, float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Work everything out and write it into a new folder: maps as COGs, a GeoPackage, chainages as CSV, the record.

    Maps are written part by part as they are found; the whole strip is never held.

    Parameters
    ----------
    folder
        Its name; nothing may be there.
    scene, cases, with_strong, not_counted, scheduler, progress, cancelled
        As for `result.work_out`.

    Raises
    ------
    FileExistsError
        If something is there.
    ValueError
        If something does not fit; says what to do.
    CancelledError
        When asked to stop; nothing was written.

    Examples
    --------
    >>> from vallum.plan.scene import lay_out
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[:4], cell_m=500.0)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     found = export(Path(place) / "sight", scene, [Case()], with_strong=False)
    ...     sorted(file.name for file in (Path(place) / "sight").iterdir())[:2]
    ['chainage.csv', 'night-person.lowest.tif']
    """

    def told(what: str, share: float) -> None:
        if progress is not None:
            progress(what, share)

    def go_on(share: float) -> None:
        told("maps", _WORKED_OUT + share * (1.0 - _WORKED_OUT))
        if cancelled is not None and cancelled():
            raise CancelledError("stopped as asked; nothing was kept")

    tags: dict[str, str] = {}
    with new_folder(folder) as filling:
        with Rasters(filling, scene.strip, cases, tags, go_on) as rasters:
            result = work_out(
                scene,
                cases,
                with_strong=with_strong,
                rasters=rasters,
                not_counted=not_counted,
                scheduler=scheduler,
                progress=lambda what, share: told(what, share * _WORKED_OUT),
                cancelled=cancelled,
            )
            tags["record"] = orjson.dumps(recorded(result)).decode()
        write_tables(result, filling, recorded(result))
        go_on(1.0)
    return result


@contextmanager
def new_folder(folder: Path) -> Generator[Path, None, None]:
    """Give a folder to fill, which takes its name when the block ends well and goes away when it does not.

    Parameters
    ----------
    folder
        Its name; there may be an empty folder of that name, and nothing else.

    Raises
    ------
    FileExistsError
        If something is there already: nothing is written among a person's own files, or over an older result.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with new_folder(Path(place) / "result") as filling:
    ...         written = (filling / "a.txt").write_text("a")
    ...     [file.name for file in (Path(place) / "result").iterdir()]
    ['a.txt']
    """
    refuse_what_is_there(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    filling = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".partial", dir=folder.parent))
    try:
        yield filling
        filling.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        filling.rename(folder)
    except BaseException:
        shutil.rmtree(filling, ignore_errors=True)
        raise


def refuse_what_is_there(folder: Path) -> None:
    """Raise FileExistsError unless a folder can be made there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already and not empty; give a new folder, or remove it first")


def write_tables(result: Result, folder: Path, record: Mapping[str, Any]) -> None:
    """Write everything but maps: GeoPackage, chainages, and the record of the run with the hash of every file.

    Parameters
    ----------
    result
        The result.
    folder
        Where; maps that belong to the result are there already.
    record
        See `recorded`.
    """
    for layer, (kind, rows) in _LAYERS.items():
        write_layer(folder / GEOPACKAGE, layer, kind, list(rows(result)))
    write_csv(folder / CHAINAGE, chainage_rows(result))
    files = {file.name: digest(file) for file in sorted(folder.iterdir()) if file.name != RECORD}
    (folder / RECORD).write_bytes(orjson.dumps({**record, "files": files}, option=orjson.OPT_INDENT_2) + b"\n")


def recorded(result: Result) -> dict[str, Any]:
    """Return what is needed to find a result again, and what has to be said with it."""
    return {
        **result.sight.record(),
        "strong": {"halo_m": HALO_M, "cases": [case.name for case in result.strong]} if result.strong else None,
        "sensors_that_do_not_count": dict(result.not_counted),
        "sensors_that_see_nothing": dict(result.sight.coverage.left_out),
        "notes": list(result.notes),
    }


def write_layer(file: Path, layer: str, kind: str, rows: Sequence[Row]) -> None:
    """Write rows with their geometries on longitude and latitude as a layer of a GeoPackage."""
    names = [name for name in rows[0] if name != "geometry"] if rows else ["case"]
    values, masks = [], []
    for name in names:
        cells = [row[name] for row in rows]
        missing = np.array([cell is None for cell in cells], dtype=np.bool_)
        known = [cell for cell in cells if cell is not None]
        filler = type(known[0])() if known else ""
        filled = [filler if cell is None else cell for cell in cells]
        values.append(np.array(filled, dtype=object if isinstance(filler, str) else None))
        masks.append(missing if missing.any() else None)
    pyogrio.raw.write(
        str(file),
        geometry=shapely.to_wkb(np.array([row["geometry"] for row in rows], dtype=object)),
        field_data=values,
        fields=names,
        field_mask=masks,
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=_WGS84,
        append=file.exists(),
    )


def write_csv(file: Path, rows: Iterator[Row]) -> None:
    """Write rows as a table with a header."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(out, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    """Write yes and no as other programs read them."""
    return str(value).lower() if isinstance(value, bool) else value


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
