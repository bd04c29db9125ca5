"""How many detections a second meets whoever stands in a cell, in each kind of time?

The rate of a cell is what all sensors at work add to the exposure of a target that stays there: from line of sight over
the ground, performance at that distance in that light and weather, looks that are worth counting as two, and the share
of detections that are assessed in time. It is worked out window by window, where it is needed, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.plan.adversary import Time
from vallum.plan.coverage import ground_for, reaches_into
from vallum.plan.outlook import Watcher, watchers
from vallum.plan.part import Box, Fineness, GroundIn, Part, Plane, look_over
from vallum.plan.scene import Scene
from vallum.plan.sweep import NOMINAL

Grid = NDArray[np.float32]

# So many cells are looked at together: their sets of sensors take memory.
_CELLS_AT_ONCE = 2_000_000
_NO_WAYS = (np.zeros(0, np.int64), np.zeros((0, 0)), np.zeros((0, 0)))


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What sensors add, by kind of time and window.

    Attributes
    ----------
    plane, shape, fineness, ground_in
        The grid, its rows and columns, the rules and the heights on it.
    watching
        For each kind of time the sensors at work.
    assessed
        For each kind of time the share of detections that are assessed in time.
    speed_m_s
        Of the target that exposures by metre of way are worked out for.
    band
        Low, nominal or high.
    """

    plane: Plane
    shape: tuple[int, int]
    fineness: Fineness
    ground_in: GroundIn
    watching: tuple[tuple[Watcher, ...], ...]
    assessed: tuple[float, ...]
    speed_m_s: float
    band: int = NOMINAL

    @classmethod
    def of(cls, scene: Scene, times: Sequence[Time], ground_in: GroundIn, band: int = NOMINAL) -> Rates:
        """Place the sensors of a scene as they work in each kind of time.

        Parameters
        ----------
        scene
            The grid, the ground and the sensors.
        times
            The kinds of time.
        ground_in
            Gives heights of windows.
        band
            Whether sight is taken as surely, likely or perhaps given.

        Examples
        --------
        >>> from vallum.plan.adversary import HoldCase, times
        >>> from vallum.plan.scene import Held, lay_out
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[2:3], cell_m=500.0)
        >>> rates = Rates.of(scene, times(HoldCase(), scene.sensors), Held(scene.ground.heights_m))
        >>> everywhere = (0, scene.strip.shape[0], 0, scene.strip.shape[1])
        >>> rates(0, everywhere).shape == scene.strip.shape, bool(rates(0, everywhere).max() > 1 / 60)
        (True, True)
        """
        strip = scene.strip
        placed = {
            seen: watchers(strip, scene.sensors, (seen,), scene.tests, scene.parameters, scene.softness_of)[0]
            for seen in dict.fromkeys(time.seen for time in times)
        }
        watching = [tuple(one for one in placed[time.seen] if one.sensor_id not in time.out) for time in times]
        target = times[0].seen.target
        return cls(
            Plane(strip.transform.c, strip.transform.f, strip.cell_m),
            strip.shape,
            scene.fineness,
            ground_in,
            tuple(watching),
            tuple(time.assessed for time in times),
            scene.parameters.of_target(target).speed_m_s.value,
            band,
        )

    def __call__(self, state: int, box: Box) -> Grid:
        """Return the rate in every cell of a window, detections a second.

        Parameters
        ----------
        state
            Place of the kind of time.
        box
            First row, end row, first column, end column on the strip's grid.
        """
        rows, columns = box[1] - box[0], box[3] - box[2]
        rate = np.zeros((rows, columns), np.float32)
        wide = max(1, _CELLS_AT_ONCE // max(1, rows))
        for first in range(0, columns, wide):
            own = (box[0], box[1], box[2] + first, min(box[3], box[2] + first + wide))
            near = tuple(one for one in self.watching[state] if reaches_into(one, own, self.plane.cell_m))
            if not near:
                continue
            ground = ground_for(own, near, self.plane.cell_m, *self.shape)
            part = Part(0, own, ground, *_NO_WAYS, near)
            seen = look_over(
                part, self.plane, self.ground_in, self.fineness, (1.0 / self.speed_m_s,), 1, with_sets=False
            )
            assert seen.rate is not None
            # By metre of way at the target's speed; by second without it.
            by_second = seen.rate[0][self.band] * np.float32(self.speed_m_s * self.assessed[state])
            rate[:, first : first + wide] = by_second
        return rate
