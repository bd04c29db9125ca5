"""How is what sensors see kept in a centre's folder, and how is it found again?

Below `sight/` in a folder named after its question: the scene (the ground on the strip's grid and what its error does
to sight), and for each case what every sensor adds to a crossing and a raster of who sees each cell. It can be deleted
at any time: it is worked out again. Every file is known by its digest; one that is damaged is not believed.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from vallum.centre.sight.question import Question
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.coverage import Coverage, Exposures
from vallum.plan.part import Seen
from vallum.plan.scene import Scene
from vallum.plan.sweep import BANDS
from vallum.terrain.cog import Put, cog, halves
from vallum.terrain.ground import Cover, Ground
from vallum.terrain.montecarlo import Calibration
from vallum.terrain.soft import Softness
from vallum.terrain.whosees import Posts

FOLDER = "sight"
_SCENE = "scene.json"


class DamagedError(ValueError):
    """A file that was kept is not what was written."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptCase:
    """What was found in one case.

    Attributes
    ----------
    case
        Which.
    exposures
        What every sensor adds to a crossing.
    posts
        Gives meaning to the sets of who sees.
    who
        The raster of who sees each cell: halves of the words of low, then of nominal, then of high.
    left_out
        Why a sensor counts as seeing nothing, by name.
    """

    case: Case
    exposures: Exposures
    posts: Posts
    who: Path
    left_out: Mapping[str, str]


def place(folder: Path, digest: str) -> Path:
    """Return where the answer to a question is kept below a centre's folder."""
    return folder / FOLDER / digest


def clear_others(at: Path) -> None:
    """Forget the answers to other questions but the latest, and what was begun and never finished.

    Somebody may just be reading from the answer that was replaced. Rasters of towers are written when they are asked
    for, so theirs are left alone.
    """
    others = sorted((other for other in at.parent.iterdir() if other != at), key=lambda other: other.stat().st_mtime)
    for other in others[:-1]:
        shutil.rmtree(other, ignore_errors=True)
    for left in at.glob("*.tmp"):
        with suppress(OSError):
            left.unlink()


# --- the scene


def keep_scene(at: Path, scene: Scene) -> None:
    """Write a scene down."""
    at.mkdir(parents=True, exist_ok=True)
    ground = scene.ground
    files = {
        "ground.npy": _keep_array(at / "ground.npy", ground.heights_m),
        "source_of.npy": _keep_array(at / "source_of.npy", ground.source_of),
    }
    _keep_words(
        at / _SCENE,
        {
            "half_width_m": scene.strip.half_width_m,
            "cover": None if ground.cover is None else asdict(ground.cover),
            "sources": [source.name for source in ground.sources],
            "notes": ground.notes,
            "calibrations": [None if one is None else _plain(one) for one in scene.calibrations],
        },
        files,
    )


def kept_scene(at: Path, question: Question) -> Scene | None:
    """Read a scene; None when there is none.

    Raises
    ------
    DamagedError
        When it is damaged.
    """
    told = _kept_words(at / _SCENE)
    if told is None:
        return None
    try:
        strip = Strip(question.frontier, told["half_width_m"], question.cell_m)
        by_name = {source.name: source for source in question.sources}
        ground = Ground(
            heights_m=_kept_array(at / "ground.npy"),
            transform=strip.transform,
            cell_m=strip.cell_m,
            projection=strip.projection,
            source_of=_kept_array(at / "source_of.npy"),
            sources=tuple(by_name[name] for name in told["sources"]),
            cover=Cover(tuple(told["cover"]["shares"]), told["cover"]["void_share"]),
            notes=tuple(told["notes"]),
        )
        if ground.shape != strip.shape:
            raise ValueError(f"ground of {ground.shape} cells on a strip of {strip.shape}")
        calibrations = tuple(None if one is None else _calibration(one) for one in told["calibrations"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"{at / _SCENE} does not make sense ({error})") from error
    return Scene(strip, ground, calibrations, question.fineness, question.sensors, question.tests, question.parameters)


# --- a case

Look = Callable[[Callable[[Seen], Seen]], Coverage]
"""Looks in one case, hands each part to the function given as it comes, and returns the coverage without its cells."""


def keep_case(at: Path, case: Case, scene: Scene, look: Look) -> None:
    """Work a case out and write it down part by part, so that its cells are never all in memory.

    Parameters
    ----------
    at
        The folder of the scene.
    case, scene
        What is looked at.
    look
        Does the work.
    """
    who = _who(at, case)
    strip = scene.strip
    with ExitStack() as opened:
        put: Put | None = None

        def take(seen: Seen) -> Seen:
            nonlocal put
            assert seen.sets is not None
            (sets,) = seen.sets
            if put is None:
                bands = [f"{band}, bits {32 * half} to {32 * half + 31}" for band in BANDS for half in _halves(sets)]
                tags = {"case": case.name, "holds": "bit i of a cell: sensor i along the line sees it"}
                put = opened.enter_context(
                    cog(who, strip.shape, strip.transform, strip.projection, "uint32", bands, tags=tags)
                )
            if sets.shape[1]:
                parts = halves(sets).transpose(0, 3, 1, 2)
                put(parts.reshape(-1, *parts.shape[2:]), seen.cells[0], seen.cells[2])
            return seen.forgotten()

        coverage = look(take)
    exposures, posts = coverage.exposures[0], coverage.posts
    added = _added(at, case)
    _keep_words(
        at / f"{case.name}.json",
        {
            "sensor_ids": exposures.sensor_ids,
            "rows": posts.rows.tolist(),
            "columns": posts.columns.tolist(),
            "reach_cells": posts.reach_cells.tolist(),
            "words": posts.words,
            "left_out": dict(coverage.left_out),
        },
        {
            who.name: _digest(who),
            added.name: _keep_array(added, np.concatenate([exposures.added, exposures.proven[None]])),
        },
    )


def kept_case(at: Path, case: Case) -> KeptCase | None:
    """Read a case; None when it was not worked out.

    Raises
    ------
    DamagedError
        When it is damaged.
    """
    told = _kept_words(at / f"{case.name}.json")
    if told is None:
        return None
    try:
        added = _kept_array(_added(at, case))
        exposures = Exposures(tuple(told["sensor_ids"]), added[:3], added[3])
        posts = Posts(
            np.array(told["rows"], np.int64),
            np.array(told["columns"], np.int64),
            np.array(told["reach_cells"], np.float64),
            int(told["words"]),
        )
        return KeptCase(case, exposures, posts, _who(at, case), dict(told["left_out"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"{at / case.name} does not make sense ({error})") from error


def _who(at: Path, case: Case) -> Path:
    return at / f"{case.name}.tif"


def _added(at: Path, case: Case) -> Path:
    return at / f"{case.name}.npy"


def _halves(sets: NDArray[np.uint64]) -> range:
    return range(2 * sets.shape[3])


# --- files


def _keep_words(path: Path, said: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Write what makes the files beside it complete, last of all."""
    told = orjson.dumps({**said, "files": files})
    begun = path.with_name(f"{path.name}.tmp")
    begun.write_bytes(orjson.dumps({"digest": hashlib.sha256(told).hexdigest(), "told": told.decode()}))
    begun.replace(path)


def _kept_words(path: Path) -> dict[str, Any] | None:
    """Read what was told of files, and look whether they are what they were."""
    try:
        read = orjson.loads(path.read_bytes())
        text = read["told"].encode()
        if hashlib.sha256(text).hexdigest() != read["digest"]:
            raise DamagedError(f"{path} is not what was written")
        told = cast(dict[str, Any], orjson.loads(text))
        for name, digest in told["files"].items():
            if _digest(path.parent / name) != digest:
                raise DamagedError(f"{path.parent / name} is not what was written")
    except FileNotFoundError as error:
        if error.filename is None or Path(error.filename) == path:
            return None
        raise DamagedError(f"{error.filename} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, DamagedError):
            raise
        raise DamagedError(f"{path} cannot be read ({error})") from error
    return told


def _keep_array(path: Path, values: NDArray[Any]) -> str:
    begun = path.with_name(f"{path.name}.tmp")
    with begun.open("wb") as stream:
        np.save(stream, np.ascontiguousarray(values), allow_pickle=False)
    begun.replace(path)
    return _digest(path)


def _kept_array(path: Path) -> NDArray[Any]:
    """Read an array as the operating system needs its pages: a centre holds no copy."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(calibration: Calibration) -> dict[str, Any]:
    said = {field.name: getattr(calibration, field.name) for field in fields(calibration)}
    soft = calibration.softness
    knots = {name: getattr(soft, name).tolist() for name in ("knots_m", "spreads_m", "shifts_m")}
    return {**said, "softness": knots}


def _calibration(said: Mapping[str, Any]) -> Calibration:
    softness = Softness(**{name: np.array(values, np.float64) for name, values in said["softness"].items()})
    # JSON has no word for a number that is none
    numbers: dict[str, Any] = {name: math.nan if value is None else value for name, value in said.items()}
    numbers["softness"] = softness
    return Calibration(**numbers)
