"""The journal: what happened, in an order nobody can change, and the views computed from it."""

from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Grade, Label, Link, Nature, Place, Record, Times
from vallum.journal.journal import Journal, JournalClosedError, JournalWriteError
from vallum.journal.registry import RefusedDraftError, Registry
from vallum.journal.store import JournalFileError, last_recorded
from vallum.journal.views import Change

__all__ = [
    "Change",
    "Clock",
    "Draft",
    "Grade",
    "Journal",
    "JournalClosedError",
    "JournalFileError",
    "JournalWriteError",
    "Label",
    "Link",
    "Nature",
    "Place",
    "Record",
    "RefusedDraftError",
    "Registry",
    "Times",
    "last_recorded",
]
