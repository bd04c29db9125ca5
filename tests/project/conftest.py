from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vallum import examples
from vallum.project import Problem, ProjectError, load

SetCell = Callable[[str, int, str, str], None]
Replace = Callable[[str, str, str], None]
Problems = Callable[[], tuple[Problem, ...]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged frontier that a test may spoil."""
    return Path(shutil.copytree(examples.path("iraq-syria"), tmp_path / "line"))


@pytest.fixture
def set_cell(folder: Path) -> SetCell:
    """Write a cell: file, row as a spreadsheet counts (the header is 1), column, text."""

    def write(file: str, row: int, column: str, text: str) -> None:
        with (folder / file).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        rows[row - 1][rows[0].index(column)] = text
        with (folder / file).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)

    return write


@pytest.fixture
def replace(folder: Path) -> Replace:
    """Replace words that must be in a file."""

    def write(file: str, old: str, new: str) -> None:
        words = (folder / file).read_text(encoding="utf-8")
        assert old in words
        (folder / file).write_text(words.replace(old, new), encoding="utf-8")

    return write


@pytest.fixture
def problems(folder: Path) -> Problems:
    """What `load` complains of; fails if it does not."""

    def read() -> tuple[Problem, ...]:
        with pytest.raises(ProjectError) as raised:
            load(folder)
        return raised.value.problems

    return read
