"""What does docs/records.md say: record types, views, life cycles and roles, from the packages that own them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import ModuleType
from typing import Any, get_args

from docs.pages.words import GENERATED, code, default, schema, summary, table, unit, what
from pydantic import BaseModel

from vallum.access import records as access
from vallum.access.roles import ACTIONS, ALLOWED, ROLES, Action
from vallum.assets import records as assets
from vallum.assets.sensor import SENSOR_STATES, SensorState
from vallum.frontier import records as frontier
from vallum.journal.envelope import Nature, Record
from vallum.plan import records as plan
from vallum.project import records as project
from vallum.watch import alarm, task
from vallum.watch import records as watch
from vallum.watch.incident import FIRST_PRIORITY, INCIDENT_KINDS

OWNERS: dict[str, ModuleType] = {
    "frontier": frontier,
    "assets": assets,
    "plan": plan,
    "watch": watch,
    "access": access,
    "project": project,
}

INTRODUCTION = """\
# Records

A record is one entry in a centre's journal: somebody or something said or decided something at a time. Records are only
ever added. Everything else that a centre shows is a view, computed from the records and rebuilt from them with
`vallum journal rebuild`. Detections and track points are not records: there are too many of them. They are kept beside
the journal for a time; what an alarm stands on is frozen into its record.

A record has an envelope, the same for every type, and a body, which its type decides. Lengths, times and angles carry
their units in their names. A chainage is in metres on the line version that the record's place names.
"""

NATURES: dict[Nature, str] = {
    "observed": "a sensor measured it or the centre noticed it",
    "declared": "a person, a party or a project file said so",
    "estimated": "it was computed from other things",
    "simulated": "it is invented, or derives from something invented",
}

STATES: dict[SensorState, str] = {
    "live": "heard in time; what it sees counts as watched",
    "late": "silent for more than 1.5 of the intervals that it promised",
    "dead": "silent for more than 3 of them and more than 30 s, or never heard since the centre started",
    "goodbye": "it took its leave",
    "not detecting": "it is heard, and says that it sees nothing",
}

DOES: dict[Action, str] = {
    "see": "see the live picture, the cards and the frontier",
    "acknowledge": "make an alarm theirs; end a simulated night",
    "shelve": "put an alarm aside for a time, and take it back",
    "close": "close an alarm with what it was",
    "open_incident": "open an incident",
    "update_incident": "add to an incident and close it",
    "task": "send a unit, and cancel a task",
    "answer_task": "take a step of a task, for the unit or as the unit",
    "log": "write a line of the radio log",
    "look": "ask a camera to look again",
    "state_weather": "state the weather at the line, until when",
    "report_works": "report works (nothing in this version asks for it yet)",
    "plan": "plan (nothing in this version asks for it yet)",
    "release": "release to partners (nothing in this version asks for it yet)",
    "publish": "publish (nothing in this version asks for it yet)",
    "read_journal": "read the journal on the page",
    "invite": "invite people (in this version from the machine's own terminal)",
    "disable": "shut people out (nothing in this version asks for it yet)",
}


def page() -> str:
    """Return the page."""
    parts = [GENERATED, INTRODUCTION, *_envelope(), *_types(), *_inside(), *_views(), *_lives(), *_roles()]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _envelope() -> Iterator[str]:
    yield "## The envelope"
    yield "All fields exist from the first version of the journal; those that this version does not use are empty."
    yield _fields(Record)
    yield "The `nature` of a record says how it came about:"
    yield table(["nature", "meaning"], [[code(nature), NATURES[nature]] for nature in get_args(Nature)])


def _types() -> Iterator[str]:
    yield "## Record types"
    for owner, module in OWNERS.items():
        yield f"### Owned by {owner}"
        names_of: dict[type[BaseModel], list[str]] = {}
        view_of: dict[type[BaseModel], str | None] = {}
        for name, (body, view, _) in module.RECORDS.items():
            names_of.setdefault(body, []).append(name)
            view_of[body] = view
        for body, names in names_of.items():
            yield f"#### {', '.join(code(name) for name in names)}"
            view = view_of[body]
            yield summary(body) + (f" Changes the view {code(view)}." if view else "")
            yield _fields(body)


def _inside() -> Iterator[str]:
    yield "## Values inside"
    yield "These stand inside envelopes, bodies and rows."
    definitions: dict[str, Mapping[str, Any]] = {}
    for model in _models():
        definitions.update(schema(model).get("$defs", {}))
    for name in sorted(definitions):
        yield f"### {name}"
        yield " ".join(definitions[name].get("description", "").split("Examples\n")[0].split())
        yield _rows(definitions[name])


def _models() -> Iterator[type[BaseModel]]:
    yield Record
    for module in OWNERS.values():
        yield from (body for body, _, _ in module.RECORDS.values())
        yield from module.VIEWS.values()


def _views() -> Iterator[str]:
    yield "## Views"
    yield "One record changes one row of one view. The first column is the key."
    for owner, module in OWNERS.items():
        for view, row in module.VIEWS.items():
            told = [name for name, (_, changed, _) in module.RECORDS.items() if changed == view]
            yield f"### {code(view)}"
            yield f"{summary(row)} Owned by {owner}; made from {', '.join(code(name) for name in told)}."
            yield _fields(row)


def _lives() -> Iterator[str]:
    yield "## Life cycles"
    yield "A step that is not here is refused, whoever asks, and nothing is written."
    yield "### An alarm"
    yield _steps("alarm.raised", alarm.AlarmRow, alarm.TRANSITIONS)
    yield (
        "Who had acknowledged an alarm that comes back from the shelf must do so again. A closed alarm says what it "
        "was: " + ", ".join(code(word) for word in get_args(alarm.Disposition)) + "."
    )
    yield "### A look"
    yield (
        "`look.asked` is written before the camera is asked, under the name of who asks; `look.answered` is the one "
        "answer: the first that brings a picture, which is frozen into the record, or that ends the look. Neither "
        "moves the alarm. A camera that says nothing leaves the look `asked`."
    )
    yield "### A task"
    yield _steps("task.sent", task.TaskRow, task.TRANSITIONS)
    yield "### An incident"
    yield (
        "`incident.opened` makes it `open`; `incident.updated` leaves it so and may change its kind; `incident.closed` "
        "makes it `closed`, and a closed one is never opened again. The kinds, those of the first priority marked: "
        + ", ".join(f"{kind} (first)" if kind in FIRST_PRIORITY else kind for kind in INCIDENT_KINDS)
        + "."
    )
    yield "### A sensor"
    yield (
        "`sensor.silent` carries the state to which it fell, `sensor.returned` makes it live. `sensor.tested` adds a "
        "walk test; when `sensor.installed` moves or turns the sensor, its walk tests count no more."
    )
    yield table(["state", "meaning"], [[code(state), STATES[state]] for state in SENSOR_STATES])


def _steps(first: str, row: type[BaseModel], transitions: Mapping[str, tuple[Collection[str], str]]) -> str:
    states: list[str] = list(schema(row)["properties"]["state"]["enum"])
    rows = [[code(first), "", code(row.model_fields["state"].default)]]
    for name, (sources, target) in transitions.items():
        rows.append([code(name), ", ".join(code(state) for state in states if state in sources), code(target)])
    return table(["record", "from", "to"], rows)


def _roles() -> Iterator[str]:
    yield "## Roles"
    yield (
        "A role allows kinds of action. It never opens what a label keeps from somebody: what is seen outside is "
        "decided by label and agreement, and nobody's role goes around them. A person signs in in one role."
    )
    rows = [
        [code(action), DOES[action], *("yes" if action in ALLOWED[role] else "" for role in ROLES)]
        for action in ACTIONS
    ]
    yield table(["action", "which is to", *ROLES], rows)


def _fields(model: type[BaseModel]) -> str:
    return _rows(schema(model))


def _rows(described: Mapping[str, Any]) -> str:
    needed = described.get("required", ())
    rows = [
        [code(name), what(field), unit(name), default(field, name in needed), field.get("description", "")]
        for name, field in described["properties"].items()
    ]
    head = ["field", "value", "unit", "default", "meaning"]
    # Columns in which nothing stands would only make the rest hard to read.
    kept = [column for column in range(len(head)) if column < 2 or any(row[column] for row in rows)]
    return table([head[column] for column in kept], [[row[column] for column in kept] for row in rows])
