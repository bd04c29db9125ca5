"""What does a reported chainage mean on the map?

Official figures are measured on another geometry than the map's (610 km reported, 598.9 km drawn). The two never mix; a
named calibration says which stretch of the one is which stretch of the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class Calibration:
    """One stretch on which reported and map chainage run in proportion.

    Several stretches with the same name make one piecewise linear calibration.

    Attributes
    ----------
    name
        Whose count this is, for example "JOC 2021".
    reported_from_m, reported_to_m
        Ends of the stretch as reported, metres, increasing.
    map_from_m, map_to_m
        The same ends on the line, metres of map chainage; decreasing where the report counts the other way.

    Raises
    ------
    ValueError
        If an end is not a finite number or the reported ends do not increase.

    Examples
    --------
    >>> Calibration("JOC 2021", 0.0, 610_000.0, 0.0, 598_900.0).map_m(305_000.0)
    299450.0
    """

    name: str
    reported_from_m: float
    reported_to_m: float
    map_from_m: float
    map_to_m: float

    def __post_init__(self) -> None:
        ends = (self.reported_from_m, self.reported_to_m, self.map_from_m, self.map_to_m)
        if not all(isfinite(end) for end in ends):
            raise ValueError(f'Calibration "{self.name}": every end must be a finite number of metres, not {ends}.')
        if self.reported_from_m >= self.reported_to_m:
            raise ValueError(
                f'Calibration "{self.name}": the reported stretch {self.reported_from_m:.0f}-'
                f"{self.reported_to_m:.0f} m does not increase. Swap its ends, and the map's ends with them."
            )

    def map_m(self, reported_m: float) -> float:
        """Return the map chainage of a reported chainage inside this stretch, metres.

        Examples
        --------
        >>> Calibration("from the south", 0.0, 100.0, 90.0, 0.0).map_m(25.0)
        67.5
        """
        share = (reported_m - self.reported_from_m) / (self.reported_to_m - self.reported_from_m)
        return self.map_from_m + share * (self.map_to_m - self.map_from_m)


def reported_to_map_m(calibrations: Iterable[Calibration], name: str, reported_m: float) -> float:
    """Convert a reported chainage to map chainage by the calibration of that name.

    Parameters
    ----------
    calibrations
        Every stretch known, of any name.
    name
        The calibration to use.
    reported_m
        Reported chainage, metres.

    Returns
    -------
    float
        Map chainage, metres.

    Raises
    ------
    ValueError
        If no calibration has this name, or none of its stretches holds the value: nothing is extrapolated.

    Examples
    --------
    >>> reported_to_map_m([Calibration("JOC 2021", 0.0, 610.0, 0.0, 598.9)], "JOC 2021", 610.0)
    598.9
    """
    known = tuple(calibrations)
    named = [stretch for stretch in known if stretch.name == name]
    if not named:
        names = ", ".join(sorted({f'"{stretch.name}"' for stretch in known})) or "none"
        raise ValueError(f'No calibration is called "{name}". Known calibrations of this line: {names}.')
    for stretch in named:
        if stretch.reported_from_m <= reported_m <= stretch.reported_to_m:
            return stretch.map_m(reported_m)
    held = ", ".join(f"{s.reported_from_m / 1000:g}-{s.reported_to_m / 1000:g} km" for s in named)
    raise ValueError(
        f'Calibration "{name}" says nothing about reported km {reported_m / 1000:g}; it holds {held}. '
        "Add a stretch for it or correct the figure."
    )
