"""The notebook in docs runs as it stands, and every cell prints what stands under it."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_every_cell_of_the_notebook_runs_and_prints_what_stands_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(DOCS / "notebook.md"), module_relative=False, encoding="utf-8")
    assert (failed, capsys.readouterr().out) == (0, "")
    assert tried > 30
    # the pictures that are shown are those that it draws
    shown = re.findall(r"\]\(pictures/(.+?\.png)\)", (DOCS / "notebook.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(file.name for file in tmp_path.iterdir())
    assert all((DOCS / "pictures" / name).exists() for name in shown)
