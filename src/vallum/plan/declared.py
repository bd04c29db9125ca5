"""On what does the holding analysis of a project work: from what is declared to the field that all cases share?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import shapely

from vallum.assets.delay import Delays
from vallum.assets.mobility import Mobility
from vallum.assets.obstacle import Obstacle
from vallum.assets.parameters import Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.plan.assumptions import Assumptions
from vallum.plan.field import HALF_WIDTH_M, Field, rules_for
from vallum.plan.grounds import Grounds
from vallum.plan.scene import Progress, lay_out
from vallum.plan.zones import Direction
from vallum.terrain.source import TerrainSource


class Declared(Protocol):
    """A frontier and what is declared about it, as `vallum.project.load` gives it."""

    @property
    def frontier(self) -> Frontier:
        """The line."""

    @property
    def terrain_sources(self) -> Sequence[TerrainSource]:
        """Where its ground is known from."""

    @property
    def sensors(self) -> Sequence[Sensor]:
        """What stands and sees."""

    @property
    def walk_tests(self) -> Sequence[WalkTest]:
        """How sensors were walked."""

    @property
    def performance(self) -> Parameters:
        """What stands behind a sensor that was not."""

    @property
    def units(self) -> Sequence[Unit]:
        """Who responds."""

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """What stands in the way."""

    @property
    def grounds(self) -> Grounds:
        """Classes of ground and exits."""

    @property
    def water(self) -> Sequence[shapely.Geometry]:
        """Where nobody goes."""

    @property
    def mobility(self) -> Mobility:
        """How fast who gets across which ground."""

    @property
    def delays(self) -> Delays:
        """How long obstacles hold somebody up."""

    @property
    def holding(self) -> Assumptions:
        """What else is assumed."""


def field_of(
    project: Declared,
    sensors: Sequence[Sensor] | None = None,
    tests: Sequence[WalkTest] | None = None,
    *,
    cell_m: float,
    half_width_m: float = HALF_WIDTH_M,
    step_m: float | None = None,
    direction: Direction = "inward",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Field:
    """Lay out what the holding analysis of a project works on.

    Parameters
    ----------
    project
        Line, terrain, units, obstacles, classes of ground and what is assumed.
    sensors, tests
        Those that count, with their walk tests; all that are declared unless given.
    cell_m, half_width_m, step_m
        Side of a cell, width of the band to each side, and step along the line, metres.
    direction
        In which direction the line is crossed.
    progress, cancelled
        As for `scene.lay_out`.

    Raises
    ------
    ValueError
        If there is no terrain, or something does not lie on it; says what to do.
    CancelledError
        When asked to stop.

    Examples
    --------
    >>> from vallum.project import load
    >>> field_of(load("iraq-syria"), cell_m=1_000.0).steps
    300
    """
    sensors = project.sensors if sensors is None else sensors
    tests = project.walk_tests if tests is None else tests
    rules = rules_for(
        sensors, tests, project.performance, cell_m=cell_m, half_width_m=half_width_m, step_m=step_m
    )  # fmt: skip
    scene = lay_out(
        project.frontier,
        project.terrain_sources,
        sensors,
        tests=tests,
        parameters=project.performance,
        cell_m=cell_m,
        half_width_m=half_width_m,
        fineness=rules,
        progress=progress,
        cancelled=cancelled,
    )
    return Field.of(
        scene,
        project.units,
        project.obstacles,
        grounds=project.grounds,
        water=project.water,
        mobility=project.mobility,
        delays=project.delays,
        assumed=project.holding,
        direction=direction,
    )
