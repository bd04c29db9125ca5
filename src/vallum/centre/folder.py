"""What is a centre's folder: a project's files, and beside them what the centre keeps (journal, observations, keys)."""

from __future__ import annotations

import shutil
from pathlib import Path

from vallum.examples import path as example_path
from vallum.project import Project, load

SETTINGS = "vallum.toml"


class FolderError(RuntimeError):
    """The folder is not what a centre needs; the words say what to do."""


def prepare(folder: Path, example: str) -> None:
    """Put a packaged frontier's files into a centre's folder, unless it already has a project.

    Raises
    ------
    FolderError
        When the folder holds something else: nothing is written among a person's own files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / SETTINGS).exists():
        return
    if any(folder.iterdir()):
        raise FolderError(f"{folder} is not empty and holds no {SETTINGS}; choose an empty folder with --dir")
    source = example_path(example)
    for file in sorted(source.iterdir()):
        if file.is_file() and not file.name.startswith("_"):
            shutil.copyfile(file, folder / file.name)


def open_project(folder: Path) -> Project:
    """Read the project of a centre's folder.

    Raises
    ------
    FolderError
        When there is no project in it.
    """
    if not (folder / SETTINGS).exists():
        raise FolderError(f"{folder} holds no {SETTINGS}; make a project there with: vallum new NAME --line FILE")
    return load(folder)


def require_centre(folder: Path) -> None:
    """Raise `FolderError` unless a centre has run in this folder."""
    if not (folder / "journal.db").exists():
        raise FolderError(f"no centre has run in {folder}; start one with: vallum serve {folder}")
