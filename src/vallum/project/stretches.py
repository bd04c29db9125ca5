"""Which sections does the line have, who answers for them, and what is planned and built where?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from vallum.assets.obstacle import Obstacle
from vallum.frontier.line import Frontier
from vallum.frontier.records import SectionAssigned
from vallum.frontier.section import Section
from vallum.plan.works.progress import WorksReported
from vallum.project.cell import day, end_or_number, number
from vallum.project.declared import built, repeated, unknown
from vallum.project.problem import Problem, quoted
from vallum.project.table import Column, Table
from vallum.project.where import STRETCH, stretch

SECTIONS = (Column("section_id"), Column("name"), Column("from_km", number), Column("to_km", end_or_number))
RESPONSIBILITIES = (
    Column("assignment_id"),
    Column("section_id"),
    Column("from_km", number, required=False),
    Column("to_km", end_or_number, required=False),
    Column("role"),
    Column("party"),
    Column("since", day),
    Column("until", day, required=False),
    Column("source"),
)
OBSTACLES = (
    Column("obstacle_id"),
    Column("element"),
    *STRETCH,
    Column("state"),
    Column("depth_m", number, required=False),
    Column("width_m", number, required=False),
    Column("height_m", number, required=False),
    Column("reported_length_m", number, required=False),
    Column("party"),
    Column("as_of", day),
    Column("placement"),
    Column("source"),
)
WORKS = (
    Column("report_id"),
    Column("element"),
    *STRETCH,
    Column("state"),
    Column("reported_length_m", number),
    Column("reported_by"),
    Column("as_of", day),
    Column("placement"),
    Column("source"),
)

# Both ways of writing a stretch end in these two fields.
_ENDS = {"from_m": "from_km", "to_m": "to_km"}


def sections(table: Table, frontier: Frontier | None) -> tuple[tuple[Section, ...], list[Problem]]:
    """Read the sections; they may leave holes but not overlap.

    Examples
    --------
    >>> sections(Table("sections.csv", (), ()), None)
    ((), [])
    """
    found: list[tuple[int, Section]] = []
    problems = repeated(table, "section_id")
    for row in table.rows:
        if "from_km" not in row.values or "to_km" not in row.values:
            continue
        ends, wrong = stretch(table.file, row, frontier)
        problems.extend(wrong)
        if ends is not None and row.cells.get("section_id") and row.cells.get("name"):
            found.append((row.number, Section(row.cells["section_id"], row.cells["name"], *ends)))
    ordered = sorted(found, key=lambda numbered: numbered[1].from_m)
    for (_, before), (row_number, after) in pairwise(ordered):
        if after.from_m < before.to_m:
            words = f"a start inside section {before.id}, which ends at km {before.to_m / 1000:g}"
            problems.append(Problem(table.file, row_number, "from_km", words, "sections that do not overlap"))
    return tuple(section for _, section in ordered), problems


def responsibilities(
    table: Table, known: tuple[Section, ...], section_ids: frozenset[str], party_ids: frozenset[str]
) -> tuple[tuple[SectionAssigned, ...], list[Problem]]:
    """Read who answers for what; a responsibility without ends covers its section, one with ends part of it.

    Parameters
    ----------
    table
        Rows of responsibilities.csv.
    known
        The sections that could be read.
    section_ids, party_ids
        All that are named in the project, sound or not.

    Examples
    --------
    >>> responsibilities(Table("responsibilities.csv", (), ()), (), frozenset(), frozenset())
    ((), [])
    """
    problems = repeated(table, "assignment_id")
    problems += unknown(table, "section_id", section_ids, "a section of sections.csv")
    problems += unknown(table, "party", party_ids, "a party of vallum.toml")
    by_id = {section.id: section for section in known}
    found: list[SectionAssigned] = []
    for row in table.rows:
        section = by_id.get(row.cells.get("section_id", ""))
        if section is None:
            continue
        from_m, to_m = section.from_m, section.to_m
        if isinstance(start_km := row.values.get("from_km"), float):
            from_m = start_km * 1000.0
        if isinstance(end_km := row.values.get("to_km"), float):
            to_m = section.to_m if math.isinf(end_km) else end_km * 1000.0
        if not section.from_m <= from_m < to_m <= section.to_m:
            words = f"km {from_m / 1000:g} to {to_m / 1000:g}"
            expected = f"a stretch within section {section.id}, km {section.from_m / 1000:g} to {section.to_m / 1000:g}"
            problems.append(Problem(table.file, row.number, "from_km", words, expected))
            continue
        since, until = row.values.get("since"), row.values.get("until")
        if since is not None and until is not None and str(until) <= str(since):
            expected = f"a day after since {since}, the first on which it no longer holds"
            problems.append(Problem(table.file, row.number, "until", quoted(until), expected))
        values = {**row.values, "name": section.name, "from_m": from_m, "to_m": to_m}
        assigned, wrong = built(SectionAssigned, table.file, row, _without(values, "from_km", "to_km"))
        problems.extend(wrong)
        if assigned is not None:
            found.append(assigned)
    return tuple(found), problems


def obstacles(
    table: Table, frontier: Frontier | None, party_ids: frozenset[str]
) -> tuple[tuple[Obstacle, ...], list[Problem]]:
    """Read the obstacle elements that are wanted along the line.

    Examples
    --------
    >>> obstacles(Table("obstacles.csv", (), ()), None, frozenset())
    ((), [])
    """
    problems = repeated(table, "obstacle_id") + unknown(table, "party", party_ids, "a party of vallum.toml")
    found: list[Obstacle] = []
    for row in table.rows:
        ends, wrong = stretch(table.file, row, frontier)
        problems.extend(wrong)
        values = _without(row.values, *(column.name for column in STRETCH))
        obstacle, wrong = built(Obstacle, table.file, row, values | _metres(ends), _ENDS)
        problems.extend(wrong)
        if obstacle is not None and ends is not None:
            found.append(obstacle)
    return tuple(found), problems


def works(
    table: Table, frontier: Frontier | None, party_ids: frozenset[str]
) -> tuple[tuple[WorksReported, ...], list[Problem]]:
    """Read what was reported built.

    Examples
    --------
    >>> works(Table("works.csv", (), ()), None, frozenset())
    ((), [])
    """
    problems = repeated(table, "report_id") + unknown(table, "reported_by", party_ids, "a party of vallum.toml")
    found: list[WorksReported] = []
    for row in table.rows:
        ends, wrong = stretch(table.file, row, frontier)
        problems.extend(wrong)
        values = _without(row.values, *(column.name for column in STRETCH))
        report, wrong = built(WorksReported, table.file, row, values | _metres(ends), _ENDS)
        problems.extend(wrong)
        if report is not None and ends is not None:
            found.append(report)
    return tuple(found), problems


def _metres(ends: tuple[float, float] | None) -> dict[str, object]:
    # Where the stretch has its own problem, the rest of the row is still looked at with one that holds.
    from_m, to_m = ends or (0.0, 1.0)
    return {"from_m": from_m, "to_m": to_m}


def _without(values: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in names}
