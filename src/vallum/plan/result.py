"""What is the whole answer about a frontier: every case straight and whichever way, and over nights that are not alike?

One run from a scene to a value that tables, maps and words are made of. Cells are looked at part by part: what
crossings need of them is kept, and all of them are given to whoever writes maps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vallum.assets.conditions import WEATHERS, Light, Target
from vallum.plan.case import Case
from vallum.plan.corridor import Corridor, Gathering, Shown
from vallum.plan.mapping import Scheduler
from vallum.plan.mixture import State, common_states, over_states
from vallum.plan.part import Seen
from vallum.plan.scene import Scene
from vallum.plan.sight import Sight
from vallum.plan.strong import Strong, strong

FloatArray = NDArray[np.float64]

# How the time is shared between looking, other weather and ways round, for progress.
_LOOKED, _WEATHER = 0.5, 0.6


class Taker(Protocol):
    """Takes parts as they are found, as `rasters.Rasters` does."""

    def take(self, seen: Seen) -> None:
        """Take one part."""
        ...


@dataclass(frozen=True, slots=True)
class Mixture:
    """How surely a straight crossing is detected over nights of every kind, by target and light.

    Attributes
    ----------
    target, light
        Of what and when.
    states
        The kinds of night, with their weights.
    detected
        Shape (3, steps): low, nominal, high.
    """

    target: Target
    light: Light
    states: tuple[State, ...]
    detected: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The whole answer.

    Attributes
    ----------
    sight
        What sensors see; its parts keep their ways, and no cells.
    strong
        By case; empty when it was not asked for.
    corridor
        What is seen of the cells near the line, by case; None when strong coverage was not asked for.
    mixtures
        Over kinds of night.
    not_counted
        Why a sensor was left aside before anything was worked out, by its name: those that do not work now.
    """

    sight: Sight
    strong: Mapping[Case, Strong]
    corridor: Mapping[Case, Shown] | None
    mixtures: tuple[Mixture, ...]
    not_counted: Mapping[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said with every figure: partial ground, and sensors that see nothing or do not count."""
        left_out = [f"{sensor} {why}." for sensor, why in self.sight.coverage.left_out.items()]
        return (*self.sight.ground.notes, *left_out, *_grouped(self.not_counted))


def work_out(
    scene: Scene,
    cases: Sequence[Case],
    *,
    with_strong: bool = True,
    rasters: Taker | None = None,
    not_counted: Mapping[str, str] | None = None,
    scheduler: Scheduler = "threads",
    progress: Callable[[str, float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Work out everything.

    Parameters
    ----------
    scene
        The ground and the sensors that count.
    cases
        What is asked.
    with_strong
        Whether ways round are looked for, which takes longest.
    rasters
        Who wants all cells as they are found.
    not_counted
        Said with the result, not used.
    scheduler
        Where parts are looked at; ways round are always looked for here, in threads.
    progress
        Called with what is being done, in a word, and the share of all that is done, 0 to 1.
    cancelled
        Asked again and again.

    Raises
    ------
    ValueError
        If something does not fit; says what to do.
    CancelledError
        When asked to stop.

    Examples
    --------
    >>> from vallum.plan.part import Fineness
    >>> from vallum.plan.scene import lay_out
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[:4], cell_m=500.0,
    ...     fineness=Fineness(step_m=1_000.0))
    >>> found = work_out(scene, [Case()])
    >>> [(state.name, round(state.weight, 2)) for state in found.mixtures[0].states[:2]]
    [('clear', 0.77), ('haze', 0.1)]
    """

    def told(what: str, from_share: float, to_share: float) -> Callable[[float], object]:
        return lambda share: None if progress is None else progress(what, from_share + share * (to_share - from_share))

    half_depth_m = scene.fineness.half_depth_m
    gathering = Gathering(Corridor.along(scene.strip, half_depth_m), len(cases)) if with_strong else None

    def take(seen: Seen) -> Seen:
        if gathering is not None:
            gathering.take(seen)
        if rasters is not None:
            rasters.take(seen)
        return seen.forgotten()

    sight = Sight.of(
        scene,
        scene.look(
            cases,
            with_sets=with_strong or rasters is not None,
            with_rate=with_strong,
            scheduler=scheduler,
            take=take if with_strong or rasters is not None else None,
            progress=told("sight", 0.0, _LOOKED if with_strong else 0.9),
            cancelled=cancelled,
        ),
    )
    after = told("other weather", _LOOKED, _WEATHER) if with_strong else told("other weather", 0.9, 1.0)
    mixtures = _mixtures(scene, sight, scheduler, after, cancelled)
    found: dict[Case, Strong] = {}
    shown: dict[Case, Shown] | None = None
    if gathering is not None:
        shown = dict(zip(cases, gathering.shown(), strict=True))
        found = strong(
            sight,
            shown=(gathering.corridor, shown),
            progress=told("ways round", _WEATHER, 1.0),
            cancelled=cancelled,
        )
    return Result(sight, found, shown, mixtures, dict(not_counted or {}))


def _mixtures(
    scene: Scene,
    sight: Sight,
    scheduler: Scheduler,
    progress: Callable[[float], object],
    cancelled: Callable[[], bool] | None,
) -> tuple[Mixture, ...]:
    """Average over kinds of night, for each target and light that was asked about on declared performance."""
    known = dict(zip(sight.coverage.cases, sight.coverage.exposures, strict=True))
    wanted = list(dict.fromkeys(replace(case, weather="clear") for case in known if not case.proven_only))
    missing = [
        other for case in wanted for weather in WEATHERS if (other := replace(case, weather=weather)) not in known
    ]
    if missing:
        further = scene.look(
            missing, with_sets=False, with_rate=False, scheduler=scheduler, progress=progress, cancelled=cancelled
        )
        known |= dict(zip(further.cases, further.exposures, strict=True))
    groups: dict[str, list[str]] = {}
    for sensor in scene.sensors:
        groups.setdefault(f"link of {sensor.party.replace('_', ' ')}", []).append(sensor.sensor_id)
    mixtures = []
    for case in wanted:
        states = common_states(case, groups)
        mixtures.append(Mixture(case.target, case.light, states, over_states(states, known)))
    return tuple(mixtures)


def _grouped(reasons: Mapping[str, str]) -> list[str]:
    """Say a reason once for all sensors that have it."""
    by_reason: dict[str, list[str]] = {}
    for sensor, why in reasons.items():
        by_reason.setdefault(why, []).append(sensor)
    return [
        f"{', '.join(sensors[:4])}{f' and {len(sensors) - 4} more' if len(sensors) > 4 else ''} "
        f"{'does' if len(sensors) == 1 else 'do'} not count: {why}."
        for why, sensors in by_reason.items()
    ]
