"""How does the command line speak: JSON on standard output, words for people, errors as sentences."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from rich.console import Console
from sqlalchemy.exc import DatabaseError

from vallum.centre.folder import FolderError
from vallum.centre.person import UnknownPartyError
from vallum.journal.keys import KeyFileError
from vallum.journal.store import JournalFileError
from vallum.project import ProjectError
from vallum.terrain.header import TerrainError

# Errors that are written for the person who reads them; anything else is a fault of ours and keeps its trace.
TOLD_ERRORS = (
    ProjectError,
    TerrainError,
    FolderError,
    UnknownPartyError,
    JournalFileError,
    KeyFileError,
    DatabaseError,
    FileNotFoundError,
    PermissionError,
    OSError,
)


def say_json(value: Any) -> None:
    """Print one JSON document to standard output and nothing else."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def console() -> Console:
    """Give the terminal for people."""
    return Console(highlight=False)


def tell_error(error: Exception) -> None:
    """Print an expected error to standard error."""
    words = str(error)
    if isinstance(error, DatabaseError):
        words = f"a file of this folder is no database that can be read ({error.orig}); restore it from a copy"
    Console(stderr=True, highlight=False, soft_wrap=True).print(words, style="red", markup=False)
