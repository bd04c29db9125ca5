"""What does docs/project-files.md say of mobility.toml, delays.toml and holding.toml: every packaged figure?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs.pages.words import code, table
from pydantic import BaseModel

from vallum.assets.delay import DEFAULT as DELAYS
from vallum.assets.mobility import DEFAULT as MOBILITY
from vallum.plan.assumptions import ASSUMED

_FILES: Mapping[str, tuple[str, str, BaseModel]] = {
    "mobility.toml": (
        "src/vallum/assets/mobility.toml",
        "How fast who gets across which class of ground; what it means is in [movement](movement.md). A project may "
        "add classes of its own, each whole.",
        MOBILITY,
    ),
    "delays.toml": (
        "src/vallum/assets/delays.toml",
        "How long obstacles hold somebody up, and what one that is not finished counts for; see [holding](holding.md).",
        DELAYS,
    ),
    "holding.toml": (
        "src/vallum/plan/holding.toml",
        "What the holding analysis assumes beside that; see [holding](holding.md).",
        ASSUMED,
    ),
}
FILES: Mapping[str, str] = {
    "mobility.toml": "figures of movement that the project knows better",
    "delays.toml": "delays at obstacles that the project knows better",
    "holding.toml": "assumptions of the holding analysis that the project makes differently",
}


def sections() -> Iterator[str]:
    """Yield the parts of the sections."""
    for file, (packaged, words, model) in _FILES.items():
        yield f"## {file}"
        yield (
            f"{words} The [packaged figures](../{packaged}) hold for every project; a project's own `{file}` names "
            "only what it knows better, each figure whole, as in [performance.toml](#performancetoml). A figure marked "
            "* is an assumption."
        )
        rows = [
            [code(name), f"{value['value']:g}" + ("*" if value["basis"] == "assumption" else ""), value["unit"],
             value["source"]]
            for name, value in _figures("", model.model_dump(by_alias=True))
        ]  # fmt: skip
        yield table(["setting", "value", "unit", "source"], rows)


def _figures(before: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, value in tree.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and "basis" in value:
            yield path, value
        elif isinstance(value, Mapping):
            yield from _figures(f"{path}.", value)
