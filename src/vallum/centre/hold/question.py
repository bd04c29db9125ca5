"""What has to be known to work out how the line is held, and under which name is the answer kept?"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
import shapely

from vallum.assets.obstacle import Obstacle
from vallum.assets.sensor import SensorRow
from vallum.assets.unit import Unit
from vallum.centre.sight.question import Question, told_of
from vallum.plan.adversary import USUAL, HoldCase
from vallum.plan.declared import field_of
from vallum.plan.field import HALF_WIDTH_M, Field
from vallum.plan.scene import FINEST_CELL_M, Progress
from vallum.project import Project

# Raised when answers are written otherwise than before.
LAYOUT = 1
# A band of so many cells is worked out in seconds, and a change of it in one or two.
_CELLS_OF_A_BAND = 400_000
_CELL_STEP_M = 10.0


def cell_for(length_m: float, finest_m: float, half_width_m: float = HALF_WIDTH_M) -> float:
    """Return the side of a cell with which a planner need not wait, metres; never finer than asked.

    Parameters
    ----------
    length_m
        Of the line.
    finest_m
        Cells finer than the terrain add nothing.
    half_width_m
        Of the band, to each side.

    Examples
    --------
    >>> cell_for(598_900.0, 90.0), cell_for(60_000.0, 90.0), cell_for(60_000.0, 30.0)
    (250.0, 90.0, 80.0)
    """
    usual_m = math.sqrt(length_m * 2.0 * half_width_m / _CELLS_OF_A_BAND)
    return max(finest_m, FINEST_CELL_M, math.ceil(usual_m / _CELL_STEP_M) * _CELL_STEP_M)


@dataclass(frozen=True, slots=True, eq=False)
class HoldQuestion:
    """What is asked.

    Attributes
    ----------
    project
        Line, terrain, units, obstacles, classes of ground and what is assumed.
    sight
        Line, terrain and sensors, as the question of sight has them; all count, heard or not.
    cases
        In this order.
    """

    project: Project
    sight: Question
    cases: tuple[HoldCase, ...] = USUAL

    @classmethod
    def of(cls, project: Project, rows: Iterable[SensorRow], cell_m: float | None = None) -> HoldQuestion:
        """Put the question for sensors as the journal knows them.

        Parameters
        ----------
        project
            The centre's.
        rows
            The sensors; their states do not matter here.
        cell_m
            Side of a cell; such that nobody waits without it.
        """
        finest_m = min((source.cell_m for source in project.terrain_sources), default=FINEST_CELL_M)
        side_m = cell_m or cell_for(project.frontier.map_length_m, min(finest_m, 90.0))
        return cls(project, Question.of(project.frontier, project.terrain_sources, rows, project.performance, side_m))

    @property
    def units(self) -> tuple[Unit, ...]:
        """Who responds."""
        return self.project.units

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What stands in the way."""
        return self.project.obstacles

    def digest(self) -> str:
        """Return the name of the answer; reads the terrain's files, so it may take a moment.

        Examples
        --------
        >>> from vallum.project import load
        >>> asked = HoldQuestion.of(load("iraq-syria"), ())
        >>> len(asked.digest()), asked.digest() == asked.digest()
        (32, True)
        """
        project, grounds = self.project, self.project.grounds
        told = {
            "layout": LAYOUT,
            "sight": self.sight.digest(),
            "cases": [case.name for case in self.cases],
            "units": [unit.model_dump(mode="json") for unit in self.units],
            "obstacles": [obstacle.model_dump(mode="json") for obstacle in self.obstacles],
            "figures": [repr(one) for one in (project.mobility, project.delays, project.holding)],
            "water": [shapely.to_wkt(one) for one in project.water],
            "grounds": [[shapely.to_wkt(one), name] for one, name in grounds.polygons],
            "exits": [shapely.to_wkt(one) for one in grounds.exits],
            "raster": None if grounds.raster is None else told_of(grounds.raster),
            "classes": sorted((grounds.names or {}).items()),
        }
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]

    def field(self, progress: Progress | None = None) -> Field:
        """Lay out what all cases share; raise ValueError, in words, where that cannot be."""
        asked = self.sight
        return field_of(self.project, asked.sensors, asked.tests, cell_m=asked.cell_m, progress=progress)


@dataclass(frozen=True, slots=True, eq=False)
class HoldJob:
    """What is to be worked out, and where it is kept."""

    question: HoldQuestion
    at: Path
