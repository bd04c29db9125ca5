"""What does a project's vallum.toml say?

The models are the reference of the file: every setting, its unit and its limits stand here and nowhere else.
"""

from __future__ import annotations

import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from vallum.assets.obstacle import Element
from vallum.project.cell import CellError, text
from vallum.project.invalid import problems_of
from vallum.project.problem import Problem, quoted
from vallum.project.toml import read_toml
from vallum.watch.rules import AlarmRules

FILE = "vallum.toml"


def _plain(words: str) -> str:
    try:
        return text(words.replace("\n", " ").strip())
    except CellError as expected:
        raise ValueError(str(expected)) from None


def _in_english(words: dict[str, str]) -> dict[str, str]:
    if "en" not in words:
        raise ValueError('at least en = "..."')
    return words


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError('a time zone of the IANA list, as "Asia/Baghdad"')
    return name


def _file_name(name: str) -> str:
    if "/" in name or "\\" in name or name.startswith("."):
        raise ValueError("the name of a file in the project's own folder")
    return name


Plain = Annotated[str, Field(min_length=1), AfterValidator(_plain)]
Words = Annotated[dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Plain], AfterValidator(_in_english)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CalibrationSettings(_Settings):
    """One straight piece of how a length as somebody reports it maps onto this line."""

    name: Plain = Field(description="the name by which tables refer to it; pieces of one name follow each other")
    reported_from_m: float = Field(ge=0, description="where the piece begins, as reported")
    reported_to_m: float = Field(gt=0, description="where the piece ends, as reported")
    map_from_m: float = Field(ge=0, description="chainage on the map line at which the piece begins")
    map_to_m: float = Field(ge=0, description="chainage on the map line at which the piece ends")


class LineSettings(_Settings):
    """Which line, which drawing of it, how well it is known."""

    file: Annotated[str, AfterValidator(_file_name)] = Field(
        default="line.geojson", description="GeoJSON file in the same folder with exactly one line"
    )
    version: Plain = Field(description="name of this drawing of the line; a new drawing needs a new one")
    source: Plain = Field(description="where the line comes from")
    home_side: Literal["left", "right"] = Field(description="the home side as seen along increasing chainage")
    origin: Plain = Field(description="chainage 0 in words")
    lateral_uncertainty_m: float = Field(
        ge=0, description="nearer to the line than this, nobody knows which side a position is on"
    )
    lateral_uncertainty_source: Plain = Field(description="how that figure was found")
    reported_length_m: float | None = Field(
        default=None, gt=0, description="the length officials give; never mixed with the length on the map"
    )
    reported_length_source: Plain | None = Field(default=None, description="who said so and when")
    calibration: list[CalibrationSettings] = Field(default_factory=list)


class Country(_Settings):
    """Whose ground lies on one side of the line."""

    code: str = Field(pattern=r"^[A-Z]{2}$", description="two-letter code of ISO 3166-1")
    name: Words = Field(description="its name by language")


class Party(_Settings):
    """A party by its role; never a person."""

    id: Identifier = Field(description="the id by which tables and records name the party")
    side: Literal["home", "that", "other"] = Field(description="on which side of the line it stands")
    role: Words = Field(description="what it is, by language; never the name of a person")


class Programme(_Settings):
    """A programme of works as it was stated: its length is reported, not measured on the map line."""

    element: Element = Field(description="what is built; its length is the programme's")
    planned_reported_length_m: float = Field(gt=0, description="how much of it was announced, as reported")
    source: Plain = Field(description="who said so and when")


class Scenario(_Settings):
    """When a simulated night begins, and what is invented in it."""

    start: AwareDatetime = Field(description="when the simulated night begins, with its time zone")
    note: Plain = Field(description="what is invented in it, in words that the page shows")


class Attribution(_Settings):
    """Whose work is used, under which terms."""

    what: Plain = Field(description="which part of the project it is")
    text: Plain = Field(description="whose work it is, in the words they ask for")
    licence: Plain = Field(description="its terms")


class ProjectSettings(_Settings):
    """Everything vallum.toml may hold."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60, description="short name of the frontier")
    title: Words = Field(description="its title by language; en is needed, the others are the page's languages")
    notice: Words = Field(description="what stands at the foot of every map, by language")
    local_zone: Annotated[str, AfterValidator(_zone)] = Field(
        description='IANA name of the zone in which people there tell the time, as "Asia/Baghdad"'
    )
    local_language: str = Field(
        default="en", pattern=r"^[a-z]{2,3}$", description="language of the second name of places"
    )
    line: LineSettings
    home: Country
    that: Country
    party: list[Party] = Field(min_length=1)
    programme: Programme | None = None
    scenario: Scenario | None = None
    alarms: AlarmRules = AlarmRules()
    attribution: list[Attribution] = Field(default_factory=list)


def read_settings(content: bytes) -> tuple[ProjectSettings | None, list[Problem]]:
    """Read vallum.toml.

    Parameters
    ----------
    content
        The bytes of the file.

    Returns
    -------
    tuple
        The settings, or None with everything that is wrong with them.

    Examples
    --------
    >>> _, problems = read_settings(b'name = "my line"')
    >>> print(problems[0])
    vallum.toml, name: found 'my line', expected text of the form ^[a-z0-9][a-z0-9-]*$
    """
    tree, unreadable = read_toml(FILE, content)
    if tree is None:
        return None, unreadable
    try:
        settings = ProjectSettings.model_validate(tree)
    except ValidationError as error:
        return None, problems_of(error, FILE, ProjectSettings)
    seen: set[str] = set()
    problems: list[Problem] = []
    for party in settings.party:
        if party.id in seen:
            problems.append(Problem(FILE, None, "party.id", f"{quoted(party.id)} twice", "each party once"))
        seen.add(party.id)
    return settings, problems


def party_ids(content: bytes) -> frozenset[str]:
    r"""Return the ids of the parties that vallum.toml names, also when something else in it is wrong.

    Tables can then be checked against them, so that whoever mends the folder sees those problems at once, too. Where
    one of the parties has no id that can be read, none is known: its rows would only bury the reason.

    Examples
    --------
    >>> sorted(party_ids(b'home_side = "north"\n[[party]]\nid = "home_guard"'))
    ['home_guard']
    >>> party_ids(b'[[party]]\nid = "home_guard"\n[[party]]\nid = 7'), party_ids(b"no settings")
    (frozenset(), frozenset())
    """
    tree, _ = read_toml(FILE, content)
    parties = None if tree is None else tree.get("party")
    if not isinstance(parties, list):
        return frozenset()
    ids = [party.get("id") if isinstance(party, dict) else None for party in parties]
    return frozenset(map(str, ids)) if all(isinstance(one, str) for one in ids) else frozenset()
