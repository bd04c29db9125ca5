"""What does docs/api.md say: every route and who may use it, the live socket's messages, the binary frame of tracks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from docs.pages.words import GENERATED, code, default, table, unit, what
from pydantic import BaseModel

from vallum.access.access import IDLE_S, LONGEST_SESSION_S
from vallum.access.roles import ALLOWED, ROLES, Action
from vallum.server import live, models, trackframe
from vallum.server.app import create_app
from vallum.server.doors import COOKIE
from vallum.server.latest import LATEST
from vallum.server.models import ViewName
from vallum.watch.detection import CLASSIFICATIONS

IDLE_HOURS, LONGEST_DAYS = IDLE_S / 3600, LONGEST_SESSION_S / 86400
INTRODUCTION = f"""\
# The API

The page uses nothing else. `vallum api` prints the OpenAPI document, a running centre serves it at
`/api/openapi.json`; the page's types are generated from it. The API belongs to this version and may change with the
next.

**Signing in.** `vallum user invite` prints a link; the token behind `#enter=` is traded once at `POST /api/enter` for
the cookie `{COOKIE}_` with the server's port behind it. A session ends after {IDLE_HOURS:g} hours without use and after
{LONGEST_DAYS:g} days in any case; an open page alone is no use of it. Requests that change something and come from
another site's page are refused.

**Sight.** A case is a name of words joined by hyphens: `night-person`, `dust-vehicle`, `day-person-proven-only`; what
is not said is night, clear air and a person. Those that a centre has worked out are listed by `GET /api/sight`; others
are not there. What is asked before sight lines are worked out is answered with 409 and how far the work is.

**What is old.** The picture holds everything that is open and the latest {LATEST} closed alarms and incidents, ended
tasks, radio lines and quarantined reports. Older ones, and the frame of a quarantined report, are in the journal.
"""

# What each route asks of whom; a test tries every route as every role. A step of a task asks for one of two.
ANYBODY = "anybody"
ASKS: dict[tuple[str, str], Action | str] = {
    ("POST", "/api/enter"): ANYBODY,
    ("GET", "/api/me"): "see",
    ("POST", "/api/leave"): ANYBODY,
    ("GET", "/api/frontier"): "see",
    ("GET", "/api/terrain/shade.png"): "see",
    ("GET", "/api/picture"): "see",
    ("GET", "/api/tracks"): "see",
    ("GET", "/api/tracks/{number}"): "see",
    ("GET", "/api/place"): "see",
    ("GET", "/api/journal"): "read_journal",
    ("GET", "/api/truth"): "see",
    ("POST", "/api/night/end"): "acknowledge",
    ("GET", "/api/alarms/{alarm_id}"): "see",
    ("GET", "/api/stills/{name}.png"): "see",
    ("POST", "/api/alarms/{alarm_id}/acknowledge"): "acknowledge",
    ("POST", "/api/alarms/{alarm_id}/shelve"): "shelve",
    ("POST", "/api/alarms/{alarm_id}/unshelve"): "shelve",
    ("POST", "/api/alarms/{alarm_id}/close"): "close",
    ("POST", "/api/alarms/{alarm_id}/look"): "look",
    ("POST", "/api/incidents"): "open_incident",
    ("POST", "/api/incidents/{incident_id}/update"): "update_incident",
    ("POST", "/api/incidents/{incident_id}/close"): "update_incident",
    ("POST", "/api/radio"): "log",
    ("POST", "/api/tasks"): "task",
    ("POST", "/api/tasks/{task_id}/{step}"): "answer_task",
    ("GET", "/api/sight"): "see",
    ("GET", "/api/sight/lane"): "see",
    ("POST", "/api/sight/try"): "see",
    ("GET", "/api/sight/tiles/{case}/{z}/{x}/{y}.png"): "see",
    ("GET", "/api/sight/towers/{tower_id}/tiles/{case}/{z}/{x}/{y}.png"): "see",
    ("GET", "/api/sight/at"): "see",
    ("GET", "/api/sight/profile"): "see",
    ("GET", "/api/hold"): "see",
    ("POST", "/api/hold/work"): "see",
    ("GET", "/api/hold/case"): "see",
    ("GET", "/api/hold/archive"): "see",
    ("POST", "/api/hold/try"): "see",
    ("POST", "/api/weather"): "state_weather",
}
CANCELLING = ("POST", "/api/tasks/{task_id}/{step}")

MESSAGES: tuple[type[BaseModel], ...] = (
    models.PictureMessage,
    models.ChangedMessage,
    models.PulseMessage,
    models.WatchedMessage,
)
SENT = {
    "picture": "first, once",
    "changed": "whenever a row changes; `row` is null when it is gone",
    "pulse": "about once a second",
    "watched": "whenever watched ground, or what can be asked about sight, changes",
}


def page() -> str:
    """Return the page."""
    document = create_app(None).openapi()
    parts = [GENERATED, INTRODUCTION, *_routes(document), *_bodies(document), *_live(), *_frame()]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def routes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield method, path and description of every route of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            yield method.upper(), path, route


def who(asks: str) -> str:
    """Return in words who may do what a route asks for."""
    if asks == ANYBODY:
        return ANYBODY
    roles = [role for role in ROLES if asks in ALLOWED[role]]
    return "everybody signed in" if len(roles) == len(ROLES) else ", ".join(roles)


def _routes(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## Routes"
    rows = []
    for method, path, route in routes(document):
        asks = ASKS[method, path]
        words = who(asks)
        if (method, path) == CANCELLING:
            words += f"; to cancel: {who('task')}"
        query = [p["name"] for p in route.get("parameters", ()) if p["in"] == "query"]
        asked = f"{method} {path}" + (f"?{'&'.join(f'{name}=' for name in query)}" if query else "")
        rows.append([code(asked), route["description"], words])
    yield table(["route", "what it does", "who may"], rows)
    yield "An answer that is not 200 carries `detail`, in words for the person who reads it:"
    answers = {
        status: answer["description"]
        for _, _, route in routes(document)
        for status, answer in route["responses"].items()
        if status != "200"
    }
    yield table(["status", "meaning"], [[status, answers[status]] for status in sorted(answers)])


def _bodies(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## What is sent"
    yield "Other routes that change something take no body. Unknown fields are refused."
    for method, path, route in routes(document):
        content = route.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        described = document["components"]["schemas"][name]
        yield f"### {code(f'{method} {path}')}"
        if "description" in described:
            yield " ".join(described["description"].split())
        needed = described.get("required", ())
        yield table(
            ["field", "value", "unit", "default", "meaning"],
            [
                [code(field), what(shape), unit(field), default(shape, field in needed), shape.get("description", "")]
                for field, shape in described["properties"].items()
            ],
        )
    steps = ", ".join(code(step) for step in get_args(models.TaskStep))
    yield f"The steps of a task: {steps}. A place is written as MGRS, UTM, lat/lon or chainage."


def _live() -> Iterator[str]:
    yield "## The live socket"
    yield (
        "`/api/live` is a WebSocket for everybody signed in, by the same cookie. The centre speaks, the page listens. "
        "Text messages are JSON with a `kind`; their shapes are in the OpenAPI document under `LiveMessage`. Binary "
        "messages are frames of tracks: all of them once after the picture, then those that moved, at most every "
        f"{live.TRACK_PAUSE_S:g} s."
    )
    rows = []
    for message in MESSAGES:
        kind = str(message.model_fields["kind"].default)
        holds = ", ".join(code(name) for name in message.model_fields if name != "kind")
        rows.append([code(kind), " ".join((message.__doc__ or "").split()), holds, SENT[kind]])
    yield table(["kind", "what", "with", "when"], rows)
    yield f"The views of `changed`: {', '.join(code(view) for view in get_args(ViewName))}."
    closes = {
        live.SIGN_IN_AGAIN: (
            "nobody is signed in with this cookie; a session that expires closes its pages within "
            f"{live.CHECK_AGAIN_S:g} s, signing out closes them at once"
        ),
        live.FOREIGN: "another site's page asked",
        live.TRY_AGAIN: "the page could not keep up; connect again and begin from a whole picture",
    }
    yield table(["closed with", "because"], [[code(number), words] for number, words in sorted(closes.items())])


def _frame() -> Iterator[str]:
    yield "## The frame of tracks"
    header_bytes, row_bytes = trackframe.HEADER.size, trackframe.ROW.itemsize
    yield f"Little endian: a header of {header_bytes} bytes, then {row_bytes} bytes for each track."
    header = [
        ["0", "u8", f"version, {trackframe.VERSION}"],
        ["1", "u8", "kind: 1 these moved, 2 these are all"],
        ["2", "u16", "zero"],
        ["4", "u32", "how many tracks follow"],
        ["8", "f64", "the centre's time, unix seconds"],
    ]
    yield table(["byte", "type", "header"], header)
    meanings = {
        "track": "number of the track",
        "classification": ", ".join(f"{number} {name}" for number, name in enumerate(CLASSIFICATIONS)),
        "state": ", ".join(f"{number} {name}" for number, name in enumerate(trackframe.STATES)),
        "flags": (
            f"sum of {trackframe.SIMULATED} simulated, {trackframe.TO_CROSS} a crossing is forecast, "
            f"{trackframe.THIS_SIDE} on this side, {trackframe.UNCERTAIN_BAND} in the uncertain band"
        ),
        "count_high": "how many at most, up to 255; 0 not known",
        "lon": "degrees WGS 84",
        "lat": "degrees WGS 84",
        "speed_m_s": "speed over ground",
        "course_deg": "course, true",
        "chainage_m": "along the line",
        "offset_m": "from the line, positive on the home side",
        "sd_m": "standard deviation of the position",
        "quality": "0 to 1",
        "eta_s": "seconds until the forecast crossing; -1 without one",
    }
    rows = []
    for name, (kind, start, *_) in (trackframe.ROW.fields or {}).items():
        rows.append([str(start), f"{kind.kind}{kind.itemsize * 8}", code(name), meanings[name]])
    yield table(["byte", "type", "field", "meaning"], rows)
