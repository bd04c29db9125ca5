"""Claim: a field of travel times at least 4 times as fast as GRASS's, and leaner; a whole frontier while one waits.

One command, `python bench/holding.py`; the last line is one JSON object.

- One field of travel times over SIZE x SIZE cells from the middle, by the rule of r.walk (Langmuir): ours with 16
  neighbours, GRASS r.walk -k (Debian's grass-core; named and left out where it is not there), and scipy's Dijkstra on
  an explicit graph of 16 neighbours where that fits. Seconds; peak memory of a whole process by cell.
- The packaged frontier, 600 x 40 km, one case and one adversary, in all its kinds of time (outages and overload beside
  everything at work): in cells of 90 m, and of 30 m with --fine. Laying out and the response are timed apart as well.

Ground is a fractal: see FRACTAL. Every measurement runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

FRACTAL = {"seed": 20210317, "slope_of_spectrum": 3.5, "relief_sd_m": 120.0}
CELL_M = 30.0
# More edges than this are not tried: 16 to a cell, 16 bytes each, twice while the graph is built.
SCIPY_AT_MOST = 2_000

SCRIPT = """
set -e
r.in.gdal -o input="$1" output=ground --quiet
g.region raster=ground
r.mapcalc "friction = 0.0" --quiet
/usr/bin/env time -f "%e %M" r.walk -k elevation=ground friction=friction output=taken start_coordinates="$3" \\
  lambda=1 walk_coeff=0.72,6.0,1.9998,-1.9998 slope_factor=-0.2125 memory=8000 --quiet 2> "$2.time" || \\
  r.walk -k elevation=ground friction=friction output=taken start_coordinates="$3" lambda=1 memory=8000 \\
  walk_coeff=0.72,6.0,1.9998,-1.9998 slope_factor=-0.2125 --quiet --overwrite
"""


def fractal(size: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(int(FRACTAL["seed"]))
    waves = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    waves[0, 0] = 1.0
    power = waves ** (-FRACTAL["slope_of_spectrum"] / 2.0)
    ground = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((size, size))) * power, (size, size))
    return np.asarray(ground / ground.std() * FRACTAL["relief_sd_m"], dtype=np.float32)


def forget_peak() -> None:
    """Let the peak of this process's memory begin anew: what imports and compilers took is not the field's."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> float:
    """Return the most memory that this process held since its peak began anew."""
    words = Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()
    return int(words[0]) / 1024.0


def our_field(size: int) -> dict[str, Any]:
    from vallum.terrain.pace import Pace
    from vallum.terrain.travel import Going, travel
    from vallum.terrain.walking import langmuir

    ground_m = np.load(os.environ["GROUND"])
    pace = Pace.of("r.walk", ["ground"], [langmuir])
    travel(Going(ground_m[:50, :50], np.zeros((50, 50), np.uint8), pace, CELL_M), np.array([[5, 5]]))
    forget_peak()
    before_mb = peak_mb()
    going = Going(ground_m, np.zeros(ground_m.shape, np.uint8), pace, CELL_M)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        found = travel(going, np.array([[size // 2, size // 2]]))
        seconds.append(time.perf_counter() - began)
    return {
        "seconds": round(min(seconds), 2),
        "bytes_a_cell": round(4.0 + (peak_mb() - before_mb) * 2**20 / size**2, 1),
        "farthest_s": float(found.cost.max()),
    }


def scipys_field(size: int) -> dict[str, Any]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    from vallum.terrain.steps import MOVES
    from vallum.terrain.walking import langmuir

    ground_m = np.load(os.environ["GROUND"]).astype(np.float64)
    forget_peak()
    before_mb = peak_mb()
    began = time.perf_counter()
    number = np.arange(size * size, dtype=np.int32).reshape(size, size)
    tails, heads, values = [], [], []
    for down, right in MOVES:
        here = (slice(max(0, -down), size - max(0, down)), slice(max(0, -right), size - max(0, right)))
        there = (slice(max(0, down), size - max(0, -down)), slice(max(0, right), size - max(0, -right)))
        length_m = float(np.hypot(down, right)) * CELL_M
        tails.append(number[here].ravel())
        heads.append(number[there].ravel())
        values.append((length_m / langmuir((ground_m[there] - ground_m[here]) / length_m)).ravel())
    ends = np.concatenate(tails), np.concatenate(heads)
    graph = csr_array((np.concatenate(values), ends), shape=(size * size, size * size))
    built_s = time.perf_counter() - began
    began = time.perf_counter()
    dijkstra(graph, indices=[size // 2 * size + size // 2])
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "build_s": round(built_s, 2),
        "bytes_a_cell": round(8.0 + (peak_mb() - before_mb) * 2**20 / size**2, 1),
    }


def grass_field(size: int) -> dict[str, Any]:
    if shutil.which("grass") is None:
        return {"absent": "grass (Debian: grass-core)"}
    ground_m = np.load(os.environ["GROUND"])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source, target, script = folder / "ground.tif", folder / "taken", folder / "walk.sh"
        with rasterio.open(
            source, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32", crs="EPSG:32637",
            transform=Affine(CELL_M, 0.0, 0.0, 0.0, -CELL_M, 0.0),
        ) as dataset:  # fmt: skip
            dataset.write(ground_m, 1)
        script.write_text(SCRIPT)
        at = f"{(size // 2 + 0.5) * CELL_M},{-(size // 2 + 0.5) * CELL_M}"
        began = time.perf_counter()
        subprocess.run(
            ["grass", "--tmp-location", "EPSG:32637", "--exec", "bash", script, source, target, at],
            check=True, capture_output=True, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        whole_s = time.perf_counter() - began
        told = Path(f"{target}.time")
        words = told.read_text().split() if told.exists() else []
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found: dict[str, Any] = {"session_s": round(whole_s, 2), "cpu_s": round(used.ru_utime + used.ru_stime, 2)}
    if len(words) >= 2 and words[-2].replace(".", "").isdigit():
        found |= {"seconds": float(words[-2]), "bytes_a_cell": round(float(words[-1]) * 1024.0 / size**2, 1)}
    else:
        found |= {"bytes_a_cell": round(used.ru_maxrss * 1024.0 / size**2, 1)}
    return found


def whole_line(cell_m: int) -> dict[str, Any]:
    from vallum.plan.adversary import HoldCase
    from vallum.plan.field import Field, rules_for
    from vallum.plan.hold import hold, response_of
    from vallum.plan.scene import lay_out
    from vallum.project import load

    project = load("iraq-syria")
    case = HoldCase.named("night-clear-vehicle")
    # Compiled before anything is timed.
    for side_m in (2_000.0, float(cell_m)):
        began = time.perf_counter()
        rules = rules_for(project.sensors, (), project.performance, cell_m=side_m, half_width_m=20_000.0)
        scene = lay_out(
            project.frontier, project.terrain_sources, project.sensors, parameters=project.performance, cell_m=side_m,
            half_width_m=20_000.0, fineness=rules,
        )  # fmt: skip
        field = Field.of(scene, project.units, project.obstacles, assumed=project.holding)
        laid_out_s = time.perf_counter() - began
        began = time.perf_counter()
        response_of(field, case)
        response_s = time.perf_counter() - began
        began = time.perf_counter()
        (found,) = hold(field, [case], with_causes=False, levels=0)
        all_times_s = time.perf_counter() - began
    return {
        "cell_m": cell_m,
        "cells": int((field.zones.zone > 0).sum()),
        "laid_out_s": round(laid_out_s, 2),
        "response_s": round(response_s, 2),
        "kinds_of_time": len(found.times),
        "hold_s": round(all_times_s, 2),
        "peak_mb": round(peak_mb()),
        "proven": bool(found.least.proven.all()),
    }


PARTS = {"ours": our_field, "scipy": scipys_field, "grass": grass_field, "line": whole_line}


def apart(part: str, size: int, ground: str) -> dict[str, Any]:
    """Run a part in a process of its own and give what it says."""
    said = subprocess.run(
        [sys.executable, __file__, "--part", part, "--size", str(size)],
        check=True, capture_output=True, text=True, env={**os.environ, "GROUND": ground},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    print(f"{part:6} {size:6} {found}", flush=True)
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--size", type=int, default=4000, help="cells on a side of the field")
    asked.add_argument("--fine", action="store_true", help="the whole line in cells of 30 m as well")
    asked.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    words = asked.parse_args()
    if words.part:
        print(json.dumps(PARTS[words.part](words.size)))
        return
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    results: dict[str, Any] = {"size": words.size, "fractal": FRACTAL}
    with tempfile.TemporaryDirectory() as place:
        ground = str(Path(place) / "ground.npy")
        np.save(ground, fractal(words.size))
        results["ours"] = apart("ours", words.size, ground)
        results["grass"] = apart("grass", words.size, ground)
        if words.size <= SCIPY_AT_MOST:
            results["scipy"] = apart("scipy", words.size, ground)
        results["line"] = [apart("line", cell, ground) for cell in ((90, 30) if words.fine else (90,))]
    ours, grass = results["ours"], results["grass"]
    theirs_s = grass.get("seconds", grass.get("cpu_s"))
    results["ratio_to_grass"] = None if theirs_s is None else round(theirs_s / ours["seconds"], 1)
    results["claims"] = {
        "at least 4x faster than GRASS": None if theirs_s is None else theirs_s >= 4.0 * ours["seconds"],
        "less memory a cell than GRASS": (
            ours["bytes_a_cell"] < grass["bytes_a_cell"] if "bytes_a_cell" in grass else None
        ),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
