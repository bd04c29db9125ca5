"""Who answers for this stretch of the line on this day?

Several parties answer for one stretch in different roles, from a date on, according to a source. Nothing here decides
which source is right: what is stated is returned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from vallum.frontier.records import ResponsibilityRole

_ROLES: tuple[str, ...] = get_args(ResponsibilityRole)


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch of the line.

    Attributes
    ----------
    id
        Short and lasting, for example "C".
    name
        As people say it.
    from_m, to_m
        Chainages of its ends, metres; the end belongs to the section that starts there, if one does.

    Raises
    ------
    ValueError
        If the ends do not increase from 0 or above.

    Examples
    --------
    >>> Section("C", "Sinjar end", 120_000.0, 160_000.0).to_m
    160000.0
    """

    id: str
    name: str
    from_m: float
    to_m: float

    def __post_init__(self) -> None:
        # Written so that NaN is refused too.
        if not 0.0 <= self.from_m < self.to_m:
            raise ValueError(
                f"Section {self.id}: from {self.from_m / 1000:g} km to {self.to_m / 1000:g} km is not a stretch. "
                "Give chainages of 0 or more that increase."
            )


@dataclass(frozen=True, slots=True)
class Responsibility:
    """A party answers for a section in one role, from a day on, as a source states.

    Attributes
    ----------
    section_id
        Which section.
    role
        "first_line", "second_line", "builder" or "watcher".
    party
        Who.
    since
        First day.
    until
        First day on which it no longer holds, or None while it holds.
    source
        Who says so.

    Raises
    ------
    ValueError
        If the role is unknown or the days do not increase.

    Examples
    --------
    >>> Responsibility("C", "watcher", "regional guard", date(2021, 1, 1), None, "invented").party
    'regional guard'
    """

    section_id: str
    role: ResponsibilityRole
    party: str
    since: date
    until: date | None
    source: str

    def __post_init__(self) -> None:
        if self.role not in _ROLES:
            raise ValueError(
                f"Section {self.section_id}, {self.party}: role {self.role!r} is unknown; use {', '.join(_ROLES)}."
            )
        if self.until is not None and self.until <= self.since:
            raise ValueError(
                f"Section {self.section_id}, {self.party}: until {self.until} is not after since {self.since}. "
                '"until" is the first day on which the responsibility no longer holds.'
            )


def section_at(sections: Iterable[Section], chainage_m: float) -> tuple[Section, ...]:
    """Return the sections that hold a chainage: one, none in a hole, several where they overlap.

    Parameters
    ----------
    sections
        All sections of the line.
    chainage_m
        Metres along it. A boundary belongs to what starts there, or to what ends there if nothing starts.

    Examples
    --------
    >>> parts = [Section("A", "north", 0.0, 45.0), Section("B", "plain", 45.0, 120.0)]
    >>> [[part.id for part in section_at(parts, chainage_m)] for chainage_m in (45.0, 120.0, 121.0)]
    [['B'], ['B'], []]
    """
    known = tuple(sections)
    holding = tuple(section for section in known if section.from_m <= chainage_m < section.to_m)
    return holding or tuple(section for section in known if section.to_m == chainage_m)


def responsible(
    sections: Iterable[Section], responsibilities: Iterable[Responsibility], chainage_m: float, on: date
) -> tuple[Responsibility, ...]:
    """Return who answers at a chainage on a day, in the order stated.

    Parameters
    ----------
    sections, responsibilities
        All that is stated about the line.
    chainage_m
        Metres along it.
    on
        The day.

    Examples
    --------
    >>> parts = [Section("C", "Sinjar end", 120_000.0, 160_000.0)]
    >>> stated = [Responsibility("C", "watcher", "regional guard", date(2021, 1, 1), date(2021, 6, 1), "invented")]
    >>> [len(responsible(parts, stated, 149_200.0, day)) for day in (date(2021, 3, 17), date(2021, 6, 1))]
    [1, 0]
    """
    held = {section.id for section in section_at(sections, chainage_m)}
    return tuple(
        stated
        for stated in responsibilities
        if stated.section_id in held and stated.since <= on and (stated.until is None or on < stated.until)
    )
