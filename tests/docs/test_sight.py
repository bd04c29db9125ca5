"""What docs/sight.md says of the command line and of Python holds."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vallum.cli.plan import app

PAGE = (Path(__file__).parents[2] / "docs" / "sight.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## From the command line and Python\n")[1].split("\n## ")[0]


def test_the_python_that_is_shown_runs() -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(shown, "docs/sight.md", "exec"), {})
    assert re.fullmatch(
        r"\d+ km surely watched\n\d+ km closed to every way, nominally\n\('.+',\) must not be lost\nTrue \d+\n",
        said.getvalue(),
    )


def keys(value: Any) -> set[str]:
    """Give every key of a document that is a word of the program, not a name of a thing."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict):
        return set()
    return set(value) | set().union(*map(keys, value.values()))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    said = CliRunner().invoke(
        app,
        ["sight", "iraq-syria", "--case", "night-person", "--cell", "500", "--json"],
        catch_exceptions=False,
    )
    document: dict[str, Any] = json.loads(said.stdout)
    return document


def test_every_key_of_the_json_is_in_its_table(document: dict[str, Any]) -> None:
    assert set(document) <= set(re.findall(r"`(\w+)`", SECTION)) | {"cases", "mixtures"}
    table = SECTION.split("With `--json`")[1].split("### In Python")[0]
    told = set(re.findall(r"\w+", table))
    (case,) = document["cases"]
    for part in ("terrain", "rules", "sensors"):
        assert set(document[part]) <= told, part
    for part in ("straight", "any_way"):
        assert set(case[part]) <= told, part
    assert set(case["any_way"]["thinnest"]["likely"]) - {"at_km"} <= told
    assert set(document["mixtures"][0]) <= told
