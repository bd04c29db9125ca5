"""What has been found out so far, at hand for whoever asks: scene, cases, and what is drawn from them on demand?"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vallum.centre.sight.asked import TowerSees, tower_sees
from vallum.centre.sight.kept import KeptCase
from vallum.plan.case import Case
from vallum.plan.outlook import Watcher
from vallum.plan.scene import Scene
from vallum.plan.whatif import Trial
from vallum.terrain.cog import cog

# Windows of minimum visible heights that are held; at 30 m and 20 km each has 7 MB.
HELD_WINDOWS = 24
NOT_SEEN_M = -9999.0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer to one question, as far as it is there. Its methods may be called from any thread.

    Attributes
    ----------
    at
        Where it is kept.
    scene
        What all cases share.
    cases
        What was found, by the case's name.
    trial
        What is needed to try a tower elsewhere.
    windows
        Minimum visible heights around sensors that were asked for lately.
    towers
        Rasters of what one tower sees that were written since the centre started.
    """

    at: Path
    scene: Scene
    cases: Mapping[str, KeptCase]
    trial: Trial
    windows: Windows = field(default_factory=lambda: Windows())
    towers: Towers = field(default_factory=lambda: Towers())

    @classmethod
    def of(cls, at: Path, scene: Scene) -> Found:
        """Return what is found when only the scene is."""
        return cls(at, scene, {}, scene.trial())

    def with_case(self, kept: KeptCase) -> Found:
        """Return it with one case more."""
        return replace(self, cases={**self.cases, kept.case.name: kept})

    def heights_m(self, watcher: Watcher) -> NDArray[np.float32]:
        """Return the minimum visible heights around a sensor, as `viewshed` gives them."""
        return self.windows.of(self.trial, watcher)

    def tower(self, tower_id: str, case: Case) -> Path | None:
        """Return the raster of the least heights that a tower's sensors see; None when they see nothing."""
        return self.towers.of(self, tower_id, case)


class Windows:
    """The minimum visible heights that were asked for lately."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, trial: Trial, watcher: Watcher) -> NDArray[np.float32]:
        """Return those around one sensor."""
        key = watcher.sensor_id
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                return held
        looked = trial.heights_m(watcher)
        with self._lock:
            self._held[key] = looked
            while len(self._held) > HELD_WINDOWS:
                self._held.popitem(last=False)
        return looked


class Towers:
    """Rasters of what one tower sees; each is written once while a centre runs."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], Path | None] = {}
        self._lock = threading.Lock()

    def of(self, found: Found, tower_id: str, case: Case) -> Path | None:
        """Return the raster of one tower in one case."""
        with self._lock:
            key = tower_id, case.name
            if key not in self._written:
                sees = tower_sees(found.scene, case, tower_id, found.heights_m)
                self._written[key] = None if sees is None else _write(found, tower_id, case, sees)
            return self._written[key]


def _write(found: Found, tower_id: str, case: Case, sees: TowerSees) -> Path:
    # a tower's name is a person's word and may hold anything
    name = hashlib.sha256(tower_id.encode()).hexdigest()[:16]
    path = found.at / "towers" / f"{name}-{case.name}.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    heights_m = np.where(np.isfinite(sees.lowest_m), sees.lowest_m, np.float32(NOT_SEEN_M))
    bands = ["least height above the ground that is seen, metres"]
    tags = {"tower": tower_id, "case": case.name}
    projection = found.scene.strip.projection
    with cog(path, heights_m.shape, sees.transform, projection, "float32", bands, nodata=NOT_SEEN_M, tags=tags) as put:
        put(heights_m[None], 0, 0)
    return path
