"""How fast does somebody on foot walk on a slope?

Functions of the slope - rise by run in the direction of travel, so that up and down differ - to a speed over the
horizontal, metres a second. Which of them is used, and what is left of it at night and on other ground, is data of
`vallum.assets.mobility`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

OFF_PATH = 0.6
"""What is left of Tobler's speed beside a path (Tobler 1993)."""
_KM_H = 1.0 / 3.6


def tobler(slope: ArrayLike) -> FloatArray:
    """Return Tobler's speed on a path: 6 exp(-3.5 |S + 0.05|) km/h.

    Source: W. Tobler, Three presentations on geographical analysis and modeling, NCGIA 93-1, 1993.

    Examples
    --------
    >>> (tobler([0.0, -0.05]) * 3.6).round(2)
    array([5.04, 6.  ])
    """
    return 6.0 * _KM_H * np.exp(-3.5 * np.abs(np.asarray(slope, np.float64) + 0.05))


def marquez_perez(slope: ArrayLike) -> FloatArray:
    """Return the speed of Marquez-Perez and others: 4.8 exp(-5.3 |0.7 S + 0.03|) km/h.

    Source: J. Marquez-Perez, I. Vallejo-Villalta, J. I. Alvarez-Francoso, Estimated travel time for walking trails in
    natural areas, Geografisk Tidsskrift 117, 2017.

    Examples
    --------
    >>> (marquez_perez([0.0]) * 3.6).round(2)
    array([4.09])
    """
    return 4.8 * _KM_H * np.exp(-5.3 * np.abs(0.7 * np.asarray(slope, np.float64) + 0.03))


def irmischer_clarke(slope: ArrayLike, *, off_path: bool = False, female: bool = False) -> FloatArray:
    """Return the speed of Irmischer and Clarke, measured on cadets who found their way with a load.

    On a path 0.11 + exp(-(100 S + 5)^2 / (2 x 30^2)) m/s, beside it 0.11 + 0.67 exp(-(100 S + 2)^2 / (2 x 30^2)), women
    0.95 of the path. Source: I. Irmischer, K. Clarke, Measuring and modeling the speed of human navigation, Cartography
    and Geographic Information Science 45, 2018. The paper gives the slope a sign, fastest slightly downhill, and so
    does this; some programs take the amount of the slope and lose that.

    Parameters
    ----------
    slope
        Rise by run.
    off_path, female
        Which of the four.

    Examples
    --------
    >>> (irmischer_clarke([0.0, 0.1]) * 3.6).round(4), (irmischer_clarke([0.0], off_path=True) * 3.6).round(4)
    (array([3.9463, 3.573 ]), array([2.8026]))
    """
    percent = 100.0 * np.asarray(slope, np.float64)
    speed = (
        0.11 + 0.67 * np.exp(-((percent + 2.0) ** 2) / 1800.0)
        if off_path
        else 0.11 + np.exp(-((percent + 5.0) ** 2) / 1800.0)
    )
    return np.asarray(speed * (0.95 if female else 1.0))


def langmuir(slope: ArrayLike) -> FloatArray:
    """Return the speed by the rule of Naismith as Aitken and Langmuir correct it, as GRASS r.walk has it.

    A metre takes 0.72 s, a metre up 6 s more, a metre down 2 s less on gentle slopes and 2 s more beyond 12 degrees
    (slope factor -0.2125). Source: manual of r.walk, GRASS GIS 8.

    Examples
    --------
    >>> (1.0 / langmuir([0.0, 0.1, -0.1, -0.3])).round(4)
    array([0.72  , 1.32  , 0.52  , 1.3199])
    """
    rise = np.asarray(slope, np.float64)
    down = np.where(rise < -0.2125, -1.9998, 1.9998)
    return np.asarray(1.0 / (0.72 + np.where(rise > 0.0, 6.0, down) * rise))
