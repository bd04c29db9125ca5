"""What does a project's vallum.toml say?

The models are the reference of the file: every setting, its unit and its limits stand here and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from vallum.assets.obstacle import Element
from vallum.project.cell import CellError, text
from vallum.project.invalid import problems_of
from vallum.project.problem import Problem, quoted
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

    name: Plain
    reported_from_m: float = Field(ge=0)
    reported_to_m: float = Field(gt=0)
    map_from_m: float = Field(ge=0)
    map_to_m: float = Field(ge=0)


class LineSettings(_Settings):
    """Which line, which drawing of it, how well it is known."""

    file: Annotated[str, AfterValidator(_file_name)] = "line.geojson"
    version: Plain
    source: Plain
    home_side: Literal["left", "right"] = Field(description="seen along increasing chainage")
    origin: Plain = Field(description="chainage 0 in words")
    lateral_uncertainty_m: float = Field(ge=0)
    lateral_uncertainty_source: Plain
    reported_length_m: float | None = Field(default=None, gt=0)
    reported_length_source: Plain | None = None
    calibration: list[CalibrationSettings] = Field(default_factory=list)


class Country(_Settings):
    """Whose ground lies on one side of the line."""

    code: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1")
    name: Words


class Party(_Settings):
    """A party by its role; never a person."""

    id: Identifier
    side: Literal["home", "that", "other"]
    role: Words


class Programme(_Settings):
    """A programme of works as it was stated: its length is reported, not measured on the map line."""

    element: Element
    planned_reported_length_m: float = Field(gt=0)
    source: Plain


class Scenario(_Settings):
    """When a simulated night begins, and what is invented in it."""

    start: AwareDatetime
    note: Plain


class Attribution(_Settings):
    """Whose work is used, under which terms."""

    what: Plain
    text: Plain
    licence: Plain


class ProjectSettings(_Settings):
    """Everything vallum.toml may hold."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: Words
    notice: Words
    local_zone: Annotated[str, AfterValidator(_zone)]
    local_language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
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
    try:
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        return None, [Problem(FILE, row, None, f"byte {content[error.start]:#04x}", "text in UTF-8")]
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        found = f"a line that cannot be read ({reason})"
        return None, [Problem(FILE, int(place.group(1)) if place else None, None, found, 'settings as name = "value"')]
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
