"""In which direction and how far does each sensor see: arrays for those who follow things by azimuth and range.

The tracker weighs a missed detection by the chance that there could have been one. It knows no terrain; it takes these
arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.soft import Softness


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What one sensor sees by azimuth and range.

    Attributes
    ----------
    azimuth_deg
        Shape (azimuths,): true, the middle of each sector.
    range_m
        Shape (ranges,): the middle of each ring.
    minimum_visible_height_m
        Shape (azimuths, ranges), float32: negative where the ground itself is seen, NaN where unknown.
    visible
        Shape (azimuths, ranges), float32: probability that a target of the given height is in sight.
    """

    azimuth_deg: NDArray[np.float64]
    range_m: NDArray[np.float64]
    minimum_visible_height_m: NDArray[np.float32]
    visible: NDArray[np.float32]


def looks(
    seen_at_m: NDArray[np.float32],
    cell_m: float,
    north: tuple[float, float],
    target_m: float,
    softness: Softness,
    reach_m: float,
    azimuth_step_deg: float = 1.0,
) -> Looks:
    """Read a sensor's window of minimum visible heights by azimuth and range.

    Parameters
    ----------
    seen_at_m
        As `terrain.viewshed.minimum_visible_height` gives it, the sensor in the middle.
    cell_m
        Side of a cell.
    north
        Unit vector of true north on the plane at the sensor.
    target_m
        What the target shows above the ground.
    softness
        How the terrain's error blurs sight.
    reach_m
        How far, metres; rings are a cell wide.
    azimuth_step_deg
        Width of a sector; divides 360.

    Examples
    --------
    >>> plain = np.full((21, 21), -5.0, np.float32)
    >>> plain[10, 15:] = 4.0  # hidden to the east
    >>> seen = looks(plain, 100.0, (0.0, 1.0), 1.0, Softness.none(), 900.0, azimuth_step_deg=90.0)
    >>> seen.azimuth_deg, seen.visible[:, -1]
    (array([  0.,  90., 180., 270.]), array([1., 0., 1., 1.], dtype=float32))
    """
    azimuth_deg = np.arange(round(360.0 / azimuth_step_deg)) * azimuth_step_deg
    range_m = (np.arange(max(1, math.floor(reach_m / cell_m))) + 0.5) * cell_m
    radius = seen_at_m.shape[0] // 2
    turn = np.radians(azimuth_deg)[:, None]
    # Clockwise from north on a plane whose north is not up.
    right = range_m * (np.cos(turn) * north[0] + np.sin(turn) * north[1]) / cell_m
    up = range_m * (np.cos(turn) * north[1] - np.sin(turn) * north[0]) / cell_m
    rows = np.clip(radius - np.rint(up).astype(np.int64), 0, 2 * radius)
    columns = np.clip(radius + np.rint(right).astype(np.int64), 0, 2 * radius)
    heights_m = seen_at_m[rows, columns]
    visible = softness.probability(heights_m, target_m, np.broadcast_to(range_m, heights_m.shape))
    return Looks(
        np.asarray(azimuth_deg, np.float64),
        np.asarray(range_m, np.float64),
        heights_m,
        np.nan_to_num(np.asarray(visible, np.float32)),
    )
