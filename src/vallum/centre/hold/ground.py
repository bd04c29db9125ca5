"""On what does the holding analysis of a project work: from its files to the field that all cases share?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.plan.field import HALF_WIDTH_M, Field, rules_for
from vallum.plan.scene import Progress, lay_out
from vallum.plan.zones import Direction
from vallum.project import Project
from vallum.project.ground import shapes_of


def field_of(
    project: Project,
    sensors: Sequence[Sensor],
    tests: Sequence[WalkTest],
    *,
    cell_m: float,
    half_width_m: float = HALF_WIDTH_M,
    step_m: float | None = None,
    direction: Direction = "inward",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Field:
    """Lay out what the analysis of a project works on.

    Parameters
    ----------
    project
        Line, terrain, units, obstacles, classes of ground and what is assumed.
    sensors, tests
        Those that count, with their walk tests.
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
    """
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
        water=shapes_of(project.lakes),
        mobility=project.mobility,
        delays=project.delays,
        assumed=project.holding,
        direction=direction,
    )
