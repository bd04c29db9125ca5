"""Along which straight ways is a crossing of the line asked about?

One way for every step of chainage, square to the line, from the far side to the home side, as deep as the crossing is
looked at. A person who crosses anywhere in a step walks something like it; who walks round the ground that is watched
does not, and that is what the strong figures of `barrier` are for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.frontier.strip import Strip

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Straight ways across the line, sampled on the plane of a strip.

    Attributes
    ----------
    step_m
        Chainage from way to way, metres; the last step may be shorter.
    half_depth_m
        How far the ways reach to each side, metres.
    chainage_m
        Shape (ways,): where each crosses the line, the middle of its step.
    sample_m
        Metres of way that a sample stands for.
    x_m, y_m
        Shape (ways, samples): the samples on the plane, from the far side to the home side.
    edges_m
        Shape (ways + 1,): chainages at which the steps begin and end, metres.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.1, 36.0]]))
    >>> ways = Crossings.over(Strip(line, 3_000.0, 100.0), step_m=500.0, half_depth_m=1_000.0)
    >>> ways.x_m.shape, ways.sample_m, ways.edges_m[-2:].round()
    ((19, 20), 100.0, array([9000., 9016.]))
    """

    step_m: float
    half_depth_m: float
    sample_m: float
    chainage_m: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    edges_m: FloatArray

    @classmethod
    def over(cls, strip: Strip, step_m: float, half_depth_m: float) -> Crossings:
        """Lay ways over a strip.

        Raises
        ------
        ValueError
            If a measure is not positive, or the ways would leave the strip.
        """
        if not (step_m > 0.0 and half_depth_m > 0.0):
            raise ValueError(f"Ways need a step and a depth above 0 m, not {step_m} and {half_depth_m}.")
        if half_depth_m > strip.half_width_m:
            raise ValueError(
                f"Ways of {half_depth_m} m to each side leave the strip of {strip.half_width_m} m; widen the strip."
            )
        line = strip.frontier
        to_m = line.map_length_m if strip.to_m is None else strip.to_m
        count = max(1, math.ceil((to_m - strip.from_m) / step_m - 1e-9))
        edges_m = np.append(strip.from_m + np.arange(count) * step_m, to_m)
        chainage_m = (edges_m[:-1] + edges_m[1:]) / 2.0
        samples = max(1, round(2.0 * half_depth_m / strip.cell_m))
        sample_m = 2.0 * half_depth_m / samples
        offset_m = (np.arange(samples) + 0.5) * sample_m - half_depth_m
        lon, lat = line.point_at(np.repeat(chainage_m, samples), np.tile(offset_m, count))
        x_m, y_m = strip.to_plane(lon, lat)
        return cls(
            step_m=step_m,
            half_depth_m=half_depth_m,
            sample_m=sample_m,
            chainage_m=chainage_m,
            x_m=np.ascontiguousarray(x_m.reshape(count, samples)),
            y_m=np.ascontiguousarray(y_m.reshape(count, samples)),
            edges_m=edges_m,
        )

    def __len__(self) -> int:
        return len(self.chainage_m)
