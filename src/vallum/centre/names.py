"""What is the next alarm, incident, task or line called: short names that can be said on the radio, such as A12."""

from __future__ import annotations

from collections.abc import Mapping

from vallum.journal.journal import Journal

LETTERS: Mapping[str, str] = {"alarms": "A", "incidents": "I", "tasks": "T", "radio": "R", "quarantine": "Q"}


class Names:
    """Gives each letter's numbers once, going on after those that the journal knows.

    Examples
    --------
    >>> names = Names({"A": 11})
    >>> names.next("A"), names.next("T")
    ('A12', 'T1')
    """

    def __init__(self, used: Mapping[str, int]) -> None:
        self._used = dict(used)

    @classmethod
    def after(cls, journal: Journal) -> Names:
        """Start after the highest name in each view."""
        used = {}
        for view, letter in LETTERS.items():
            key = journal.registry.views[view].key
            numbers = [int(str(getattr(row, key))[1:]) for row in journal.rows(view)]
            used[letter] = max(numbers, default=0)
        return cls(used)

    def next(self, letter: str) -> str:
        """Give the next name of a letter."""
        self._used[letter] = self._used.get(letter, 0) + 1
        return f"{letter}{self._used[letter]}"
