"""The journal: what happened, in an order nobody can change, and the views computed from it."""

from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Grade, Label, Link, Nature, Place, Record, Times
from vallum.journal.journal import Journal, JournalClosedError, JournalWriteError
from vallum.journal.observation_rows import Cursor, DetectionRow, TrackPointRow
from vallum.journal.observations import Conflict, Counters, Observations, ObservationsError
from vallum.journal.reading import JournalReader
from vallum.journal.rebuild import Rebuilt, rebuild
from vallum.journal.registry import RefusedDraftError, Registry
from vallum.journal.store import JournalFileError, last_recorded
from vallum.journal.verify import Verification, is_proven, verify
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
    "JournalReader",
    "JournalWriteError",
    "Label",
    "Link",
    "Nature",
    "Observations",
    "ObservationsError",
    "Place",
    "Rebuilt",
    "Record",
    "RefusedDraftError",
    "Registry",
    "Times",
    "TrackPointRow",
    "Verification",
    "is_proven",
    "last_recorded",
    "rebuild",
    "verify",
]
