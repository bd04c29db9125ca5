"""How long after an alarm is somebody there?

Everywhere in the band: what the watch needs to detect, assess and dispatch, what a unit needs to move off, and the
least time that any unit needs from where it stands. Units differ in speed and in the ground they can cross. Nothing of
it counts what our own obstacles do to our own units; that is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.assets.unit import Unit
from vallum.frontier.strip import Strip
from vallum.plan.zones import BEYOND
from vallum.terrain.pace import Pace
from vallum.terrain.travel import CLOSED, NO_WAY, OPEN, Going, travel

Grid = NDArray[np.float32]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

LONGEST_S = 86_400.0
"""Who is not there within a day is not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """Units that move alike.

    Attributes
    ----------
    pace
        How.
    unit_ids
        Who, shape (units,).
    cells
        (units, 2): row and column where each stands.
    ready_s
        (units,): from being tasked to moving, seconds.
    """

    pace: Pace
    unit_ids: tuple[str, ...]
    cells: IntArray
    ready_s: FloatArray


def teams(
    strip: Strip,
    zone: NDArray[np.uint8],
    units: Sequence[Unit],
    pace_of: Callable[[Unit], Pace],
    readiness: float = 1.0,
) -> tuple[tuple[Team, ...], Mapping[str, str]]:
    """Put units that move alike together, the fastest first.

    Parameters
    ----------
    strip, zone
        The grid, and which of its cells are of the band.
    units
        As declared; observation posts hold their ground and do not come.
    pace_of
        How a unit moves; units of one kind and one speed are asked for once.
    readiness
        What is left of the declared time to move off: less than 1 on alert.

    Returns
    -------
    tuple
        The teams, and why a unit does not count, by its name.

    Examples
    --------
    >>> from vallum.project import load
    >>> from vallum.plan.zones import Zones
    >>> project = load("iraq-syria")
    >>> strip = Strip(project.frontier, 20_000.0, 500.0)
    >>> found, out = teams(strip, Zones.of(strip, 1000.0).zone, project.units,
    ...                    lambda unit: Pace.constant(unit.kind, [1.0 / unit.speed_m_s]))
    >>> [(team.pace.name, len(team.unit_ids)) for team in found][:2], len(found), out
    ([('reaction_force', 2), ('vehicle_patrol', 6)], 6, {})
    """
    left_out: dict[str, str] = {}
    alike: dict[tuple[str, float], list[tuple[Unit, int, int]]] = {}
    for unit in units:
        if unit.kind == "observation_post":
            left_out[unit.unit_id] = "holds its post and does not come"
            continue
        row, column = (int(place[0]) for place in strip.cells(np.array([unit.lon]), np.array([unit.lat])))
        if row < 0 or zone[row, column] == BEYOND:
            left_out[unit.unit_id] = (
                f"stands outside the band of {strip.half_width_m / 1000:g} km to each side; widen it to count the unit"
            )
            continue
        alike.setdefault((unit.kind, unit.speed_m_s), []).append((unit, row, column))
    found = []
    for members in alike.values():
        found.append(
            Team(
                pace_of(members[0][0]),
                tuple(unit.unit_id for unit, _, _ in members),
                np.array([(row, column) for _, row, column in members], np.int64),
                np.array([readiness * unit.readiness_s for unit, _, _ in members]),
            )
        )
    return tuple(sorted(found, key=lambda team: team.pace.fastest_s_per_m)), left_out


def response(
    heights_m: Grid,
    ground: NDArray[np.uint8],
    zone: NDArray[np.uint8],
    cell_m: float,
    found: Sequence[Team],
    dispatch_s: float,
    *,
    progress: Callable[[float], object] | None = None,
) -> Grid:
    """Work out how long after an alarm somebody is there.

    Parameters
    ----------
    heights_m, ground, zone, cell_m
        The ground, its classes, the band and the side of a cell.
    found
        The teams.
    dispatch_s
        From a detection until a unit is tasked, seconds.
    progress
        Called with the share done.

    Returns
    -------
    numpy.ndarray
        Float32, shape of the grid, seconds; `LONGEST_S` at most.

    Raises
    ------
    ValueError
        If a unit stands where its kind cannot move.

    Examples
    --------
    >>> flat = np.zeros((1, 4), np.float32)
    >>> one = Team(Pace.constant("a patrol", [0.1]), ("U-1",), np.array([[0, 0]]), np.array([60.0]))
    >>> response(flat, np.zeros((1, 4), np.uint8), np.full((1, 4), 3, np.uint8), 100.0, [one], 120.0)
    array([[180., 190., 200., 210.]], dtype=float32)
    """
    part = np.where(zone == BEYOND, np.uint8(CLOSED), np.uint8(OPEN))
    least = np.full(heights_m.shape, LONGEST_S, np.float32)
    alone: list[Grid] = []
    ahead: list[Pace] = []
    for number, team in enumerate(found):
        for unit_id, (row, column) in zip(team.unit_ids, team.cells, strict=True):
            if ground[row, column] == NO_WAY or not np.isfinite(heights_m[row, column]):
                raise ValueError(
                    f"Unit {unit_id} stands where there is no way or no terrain; correct its place, or bring the "
                    "ground there."
                )
        going = Going(heights_m, ground, team.pace, cell_m)
        told = None if progress is None else _part_of(progress, number, len(found))
        begun = team.ready_s + dispatch_s
        if all((team.pace.s_per_m >= before.s_per_m).all() for before in ahead):
            least = travel(going, team.cells, begun, part=part, known=least, progress=told).cost
            ahead.append(team.pace)
        else:
            alone.append(travel(going, team.cells, begun, part=part, progress=told).cost)
    for other in alone:
        np.minimum(least, other, out=least)
    return least


def _part_of(progress: Callable[[float], object], number: int, of: int) -> Callable[[float], object]:
    return lambda share: progress((number + share) / of)
