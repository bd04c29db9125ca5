"""How does the command line speak: JSON on standard output, words for people, errors as sentences."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
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


@contextmanager
def working(what: str, as_json: bool = False) -> Iterator[Callable[[float], object]]:
    """Show on standard error that something is being done; give what is told the share that is done, 0 to 1.

    Nothing is shown for a program: with --json, or where standard error is no terminal.
    """
    err = Console(stderr=True, highlight=False)
    if as_json or not err.is_terminal:
        yield lambda share: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda share: bar.update(task, total=1.0, completed=share)


def tell_error(error: Exception) -> None:
    """Print an expected error to standard error."""
    words = str(error)
    if isinstance(error, DatabaseError):
        words = f"a file of this folder is no database that can be read ({error.orig}); restore it from a copy"
    Console(stderr=True, highlight=False, soft_wrap=True).print(words, style="red", markup=False)
