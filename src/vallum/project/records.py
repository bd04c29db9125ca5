"""What does the journal keep of a project's files that no other package keeps records of?

Towers, sections, parties, the programme, the names and notices of the page, and of every other file its hash. So that
each difference between two starts leaves a trace, whatever it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, TypeAdapter

if TYPE_CHECKING:
    from vallum.project.project import Project

SETTINGS = "vallum.toml"


class ProjectDeclared(BaseModel, frozen=True, extra="forbid"):
    """One thing that the project's files say: a tower, a section, a party, or a file of which only the hash is kept."""

    item: str = Field(description='what it is, such as "tower T-01", "party home_guard", "file places.geojson"')
    file: str = Field(description="the file that says so")
    values: dict[str, Any] = Field(description="what it says; of a file that is kept by its hash, sha256")


class DeclaredRow(ProjectDeclared, frozen=True):
    """What the files said last."""

    since: datetime


def declared(row: DeclaredRow | None, body: ProjectDeclared, header: Mapping[str, Any]) -> DeclaredRow:
    """Take the newest statement."""
    return DeclaredRow(**body.model_dump(), since=header["occurred"])


def items(project: Project) -> Iterator[ProjectDeclared]:
    """Say everything of a project that is no other record.

    Examples
    --------
    >>> from vallum.project import load
    >>> said = {one.item: one for one in items(load("iraq-syria"))}
    >>> said["section A"].values["to_m"], said["file places.geojson"].values.keys()
    (45000.0, dict_keys(['sha256']))
    """
    for tower in project.towers:
        yield ProjectDeclared(item=f"tower {tower.tower_id}", file="towers.csv", values=_plain(tower))
    for section in project.sections:
        yield ProjectDeclared(item=f"section {section.id}", file="sections.csv", values=_plain(section))
    for party in project.parties:
        yield ProjectDeclared(item=f"party {party.id}", file=SETTINGS, values=_plain(party))
    if project.programme is not None:
        yield ProjectDeclared(item="programme", file=SETTINGS, values=_plain(project.programme))
    yield ProjectDeclared(
        item="project",
        file=SETTINGS,
        values={
            "name": project.name,
            "title": dict(project.title),
            "notice": dict(project.notice),
            "home": _plain(project.home),
            "that": _plain(project.that),
            "local_zone": project.local_zone,
            "lateral_uncertainty_source": project.lateral_uncertainty_source,
            "reported_length_source": project.reported_length_source,
            "scenario_start": None if project.scenario_start is None else project.scenario_start.isoformat(),
            "scenario_note": project.scenario_note,
            "attribution": [_plain(one) for one in project.attribution],
        },
    )
    for file, sha256 in project.file_hashes.items():
        # tables, settings and the line are said value by value, here or by records of their own
        if file not in _SAID and not file.endswith(".csv"):
            yield ProjectDeclared(item=f"file {file}", file=file, values={"sha256": sha256})


_SAID = frozenset({SETTINGS, "line.geojson"})


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = TypeAdapter(type(value)).dump_python(value, mode="json")
    return plain


VIEWS: dict[str, type[BaseModel]] = {"declared": DeclaredRow}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "project.declared": (ProjectDeclared, "declared", declared),
}
