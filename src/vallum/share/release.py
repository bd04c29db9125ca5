"""Who outside this centre may see a record?

Closed by default: a record goes to a party only if its label names that party and an agreement with that party covers
this type of record. No label, nobody; no agreement, nobody. Adding a condition can only take parties away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with one party: the types of record it may be given."""

    party: str
    record_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Release:
    """To whom a record may go, and why to nobody else, in words."""

    to: tuple[str, ...]
    words: str


def release(
    releasable_to: Sequence[str], agreements: Sequence[Agreement] = (), record_type: str = "alarm.raised"
) -> Release:
    """Return who may see a record.

    Parameters
    ----------
    releasable_to
        The parties that the record's label names; none without a label.
    agreements
        All agreements in force.
    record_type
        The type of the record.

    Examples
    --------
    >>> release([]).words
    'released to nobody: the record has no label that names a party'
    >>> release(["coalition"]).words
    'released to nobody: no agreement covers alarms'
    """
    if not releasable_to:
        return Release((), "released to nobody: the record has no label that names a party")
    covered = {agreement.party for agreement in agreements if record_type in agreement.record_types}
    to = tuple(sorted(set(releasable_to) & covered))
    if to:
        return Release(to, f"released to {', '.join(to)}")
    noun = record_type.split(".")[0].replace("_", " ")
    return Release((), f"released to nobody: no agreement covers {noun}s")
