"""What docs/holding.md says of the command line and of Python holds."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

from typer.testing import CliRunner

from vallum.cli.plan import app

PAGE = (Path(__file__).parents[2] / "docs" / "holding.md").read_text(encoding="utf-8")


def test_the_python_that_is_shown_runs() -> None:
    (shown,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(shown, "docs/holding.md", "exec"), {})
    words = r"(detection|delay|response) (gap|lost_outside|not_achievable_by_detection)"
    assert re.fullmatch(rf"0\.0 \d+\.\d+ {words}\n", said.getvalue())


def test_the_table_of_tasks_that_is_shown_is_read(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "tasks.csv"
    file.write_text(shown, encoding="utf-8")
    said = CliRunner().invoke(
        app, ["easi", str(file), "--response", "300", "--response-sd", "90", "--json"], catch_exceptions=False
    )
    assert 0.0 < json.loads(said.stdout)["p_interruption"] < 0.95


def test_the_keys_of_the_json_are_those_that_are_told() -> None:
    said = CliRunner().invoke(
        app,
        ["hold", "iraq-syria", "--case", "night-vehicle", "--cell", "1000", "--levels", "0", "--json"],
        catch_exceptions=False,
    )
    document = json.loads(said.stdout)
    told = set(re.findall(r"`(\w+)`", PAGE))
    (case,) = document["cases"]
    wanted = {"name", "states", "p_interruption_min", "margin_min_s", "at_km", "gaps", "cell_m", "terrain_cell_m"}
    assert wanted | {"grade", "assumptions"} <= set(case)
    assert wanted <= told
    gap = case["gaps"][0]
    assert {"from_km", "to_km", "p_interruption_min", "at_km", "cause", "verdict", "if_changed", "course"} <= set(gap)
    assert all(one["source"] for one in case["assumptions"])
    assert {"inputs", "versions", "settings"} <= set(document["record"])
