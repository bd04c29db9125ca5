"""The journal: what happened, in an order nobody can change, and the views computed from it."""

from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Grade, Label, Link, Nature, Place, Record, Times
from vallum.journal.journal import Journal, JournalClosedError, JournalWriteError
from vallum.journal.observation_rows import Cursor, DetectionRow, TrackPointRow
from vallum.journal.observations import Conflict, Counters, Observations, ObservationsError
from vallum.journal.registry import RefusedDraftError, Registry
from vallum.journal.store import JournalFileError, last_recorded
from vallum.journal.views import Change

__all__ = [
    "Change",
    "Clock",
    "Conflict",
    "Counters",
    "Cursor",
    "DetectionRow",
    "Draft",
    "Grade",
    "Journal",
    "JournalClosedError",
    "JournalFileError",
    "JournalWriteError",
    "Label",
    "Link",
    "Nature",
    "Observations",
    "ObservationsError",
    "Place",
    "Record",
    "RefusedDraftError",
    "Registry",
    "Times",
    "TrackPointRow",
    "last_recorded",
]
