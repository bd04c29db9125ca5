"""A folder that somebody damaged either loads or is refused with its problems; nothing else ever happens."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vallum import examples
from vallum.project import ProjectError, load
from vallum.project.folder import GROUND_FILES, TABLES

# Cells as people and spreadsheets leave them, and as nobody should.
AWKWARD = (
    "", " ", "0", "-0", "-1", "1e308", "1e999", "nan", "inf", "end", "12,5", "1_000", "٣", "۱۲٫۵", "²", "T-01", "A",
    "true", "2021-03-17", "2021-02-30", "0000-00-00", '"', ",", "\n", "\x00", "\u202e", "x" * 5000, "national_guard",
    "reported 2021", "trench", "598.889", "610", "=1+1",
)  # fmt: skip
TEXT_FILES = ("vallum.toml", "line.geojson", *TABLES, *GROUND_FILES)


@contextmanager
def copy() -> Iterator[Path]:
    with TemporaryDirectory() as place:
        skip = shutil.ignore_patterns("terrain.*", "*.md")
        yield Path(shutil.copytree(examples.path("iraq-syria"), Path(place) / "line", ignore=skip))


def judge(folder: Path) -> bool:
    """Load; a refusal must name its files, and print one line for each problem."""
    try:
        load(folder)
    except ProjectError as error:
        refusal = error
    else:
        return True
    assert refusal.problems
    assert len(str(refusal).splitlines()) == len(refusal.problems)
    assert all(problem.file and problem.found and problem.expected for problem in refusal.problems)
    return False


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), cell=st.sampled_from(AWKWARD) | st.text(max_size=12))
def test_any_cell_may_hold_anything(data: st.DataObject, cell: str) -> None:
    file = data.draw(st.sampled_from(sorted(TABLES)), label="file")
    with copy() as folder:
        with (folder / file).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        row = data.draw(st.integers(0, len(rows) - 1), label="row")
        column = data.draw(st.integers(0, len(rows[0]) - 1), label="column")
        rows[row][column] = cell
        with (folder / file).open("w", newline="", encoding="utf-8", errors="surrogatepass") as stream:
            csv.writer(stream).writerows(rows)
        judge(folder)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), bits=st.binary(max_size=4))
def test_any_bytes_of_any_file_may_change(data: st.DataObject, bits: bytes) -> None:
    file = data.draw(st.sampled_from(TEXT_FILES), label="file")
    with copy() as folder:
        content = (folder / file).read_bytes()
        start = data.draw(st.integers(0, len(content)), label="start")
        length = data.draw(st.sampled_from([0, 1, 2, 50, len(content)]), label="length")
        (folder / file).write_bytes(content[:start] + bits + content[start + length :])
        judge(folder)


@pytest.mark.parametrize("file", [name for name in TEXT_FILES if name not in GROUND_FILES])
def test_no_needed_file_may_be_missing_or_a_folder(file: str) -> None:
    with copy() as folder:
        (folder / file).unlink()
        assert not judge(folder)
        (folder / file).mkdir()
        assert not judge(folder)
