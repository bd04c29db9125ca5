"""Who could go, and when would they be there?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyproj import Geod

from vallum.assets.unit import UnitRow

_GEOD = Geod(ellps="WGS84")

# Roads and tracks are longer than the crow's flight. Assumed until travel times over ground are computed.
DETOUR_FACTOR = 1.3


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit, how far it is in a straight line, and how long it would need."""

    unit: UnitRow
    distance_m: float
    arrival_s: float
    assumption: str


def offers(units: Iterable[UnitRow], lon: float, lat: float, busy: frozenset[str] = frozenset()) -> tuple[Offer, ...]:
    """Order the units by when they could arrive at a place.

    Parameters
    ----------
    units : iterable of UnitRow
        All units known; observation posts do not move and are left out.
    lon, lat : float
        The place, degrees WGS 84.
    busy : frozenset of str
        Unit ids that have an open task; they are offered last.

    Returns
    -------
    tuple of Offer
        Nearest in time first. `arrival_s` is readiness plus straight distance times `DETOUR_FACTOR` over mean speed.

    Examples
    --------
    >>> offers((), 41.0, 36.0)
    ()
    """
    found = []
    for unit in units:
        if unit.kind == "observation_post":
            continue
        _, _, distance_m = _GEOD.inv(unit.lon, unit.lat, lon, lat)
        arrival_s = unit.readiness_s + DETOUR_FACTOR * distance_m / unit.speed_m_s
        assumption = (
            f"{unit.readiness_s:.0f} s until moving, then {unit.speed_m_s * 3.6:.0f} km/h over "
            f"{DETOUR_FACTOR:g} times the straight distance ({unit.source})"
        )
        found.append(Offer(unit, distance_m, arrival_s, assumption))
    return tuple(sorted(found, key=lambda offer: (offer.unit.unit_id in busy, offer.arrival_s)))
