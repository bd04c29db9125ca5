"""How are answers about holding kept in a centre's folder, and how are they found again?

Below `hold/` in a folder named after its question, a file for each case as a page gets it, and one archive of figures,
tables and maps for other programs. It can be deleted at any time: it is worked out again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from vallum.plan.adversary import HoldCase

FOLDER, ARCHIVE = "hold", "hold.zip"


def place(folder: Path, digest: str) -> Path:
    """Return where the answer to a question is kept below a centre's folder."""
    return folder / FOLDER / digest


def case_file(at: Path, name: str) -> Path:
    """Return where a case is kept."""
    return at / f"{name}.json"


def kept_cases(at: Path, cases: Iterable[HoldCase]) -> tuple[str, ...]:
    """Return the cases that are there."""
    return tuple(case.name for case in cases if case_file(at, case.name).is_file())


def keep(file: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, begun = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(begun).replace(file)
    except BaseException:
        Path(begun).unlink(missing_ok=True)
        raise


def pack(folder: Path, archive: Path) -> None:
    """Put the files of a folder into one archive, whole or not at all."""
    begun = archive.with_suffix(".tmp")
    with zipfile.ZipFile(begun, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, f"hold/{file.name}")
    begun.replace(archive)


def make_room(at: Path) -> None:
    """Make the folder of a question; forget answers to other questions, and what was begun and never finished."""
    at.mkdir(parents=True, exist_ok=True)
    for other in at.parent.iterdir():
        if other != at:
            shutil.rmtree(other, ignore_errors=True)
    for left in at.glob("*.tmp"):
        left.unlink(missing_ok=True)
