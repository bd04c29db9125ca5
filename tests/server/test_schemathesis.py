"""The API under attack: whatever is sent, the server answers as its document says, never with a fault of its own.

Requests are drawn from the API document with a fixed seed and sent to a running centre as a signed-in watch officer
(the journal as an auditor). Names are often those of things that exist, so that most get past "there is no such thing".
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.centre.standing import standing_alarm, walked_in
from tests.house import House

from vallum.access.roles import Role

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 25
# Leaving would end the session that the others need.
LEFT_OUT = {"/api/leave"}
ONCE_IS_ENOUGH = {
    "/api/sight",
    "/api/hold",
    "/api/hold/work",
    "/api/hold/archive",
    "/api/frontier",
    "/api/terrain/shade.png",
    "/api/picture",
    "/api/me",
    "/api/truth",
    "/api/tracks",
}

# These need a link, a night, a shelved alarm, or a sensor that speaks all the while; other tests show that they work.
NEVER_FINE = {
    "POST /api/enter",
    "POST /api/night/end",
    "GET /api/truth",
    "GET /api/tracks/{number}",
    "GET /api/stills/{name}.png",
    "POST /api/alarms/{alarm_id}/look",
    "POST /api/alarms/{alarm_id}/unshelve",
}


async def test_whatever_is_sent_the_answer_is_one_that_the_api_document_names(holding: House) -> None:
    names = await _furnished(holding)
    cookies = {
        "/api/journal": {holding.cookie: await _session(holding, "auditor")},
        "": {holding.cookie: await _session(holding, "watch officer")},
    }
    answers = await asyncio.to_thread(_attack, holding.address, cookies, names)
    fine = {route for route, codes in answers.items() if codes & {200}}
    assert answers.keys() - fine <= NEVER_FINE, answers


async def _session(house: House, role: Role) -> str:
    token = house.centre.access.invite("tester", role, 3600.0, time.time())
    entered = await house.centre.let_in(token)
    assert not isinstance(entered, str)
    return entered[1]


async def _furnished(house: House) -> dict[str, list[Any]]:
    """Let things of every kind stand; give the names by which requests ask for them."""
    camera = house.sensor("thermal_camera")
    node = await house.connect(camera)
    await walked_in(house, camera, node)
    node.hang_up()
    for number in range(1000, 1060):
        await standing_alarm(house.centre, f"A{number}")
        if number % 2:
            await house.post(f"/api/alarms/A{number}/shelve", {"reason": "a herd", "minutes": 720})
    incidents = [await house.post("/api/incidents", {"kind": "tunnel", "place": "km 100"}) for _ in range(10)]
    unit = house.centre.units()[0].unit_id
    tasks = [await house.post("/api/tasks", {"unit_id": unit, "place": "km 100"}) for _ in range(20)]
    return {
        "alarm_id": [alarm.alarm_id for alarm in house.centre.alarms()],
        "incident_id": [incident["incident_id"] for incident in incidents],
        "task_id": [task["task_id"] for task in tasks],
        "unit_id": [row.unit_id for row in house.centre.units()],
        "sensor_id": [camera.sensor_id],
        "number": ["1", "2"],
        "place": ["km 100", "km ٢١٠٫٥", "36.3, 41.2"],
        "case": ["night-person", "day-vehicle", "night-foot", "dust", "rain-animal"],
        "tower_id": ["T-02", "T-03"],
        "changes": [
            [{"what": "silence", "sensor_ids": [camera.sensor_id]}],
            [{"what": "build", "element": "trench", "from_km": 30, "to_km": 31}],
            [{"what": "add_tower", "like": "T-02", "lon": 10.0, "lat": 10.0}],
        ],
        "valid_until": [(house.centre.clock.now() + timedelta(hours=hours)).isoformat() for hours in (2, 23, 30)],
        **{f"{part}lon": [42.1, 42.106, 41.9] for part in ("", "from_", "to_")},
        **{f"{part}lat": [36.847, 36.85, 36.8] for part in ("", "from_", "to_")},
        "z": [1, 2],
        "x": [0, 1],
        "y": [0, 1],
    }


def _attack(address: str, cookies: dict[str, dict[str, str]], names: dict[str, list[Any]]) -> dict[str, set[int]]:
    """Attack every route; give which status codes each answered with."""
    answers: dict[str, set[int]] = {}
    document = openapi.from_url(f"{address}/api/openapi.json")
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path in LEFT_OUT:
            continue
        codes = answers.setdefault(f"{operation.method.upper()} {operation.path}", set())
        examples = 3 if operation.path in ONCE_IS_ENOUGH else EXAMPLES
        _attack_one(operation, examples, cookies.get(operation.path, cookies[""]), names, codes)
    return answers


def _attack_one(
    operation: Any, examples: int, cookies: dict[str, str], names: dict[str, list[Any]], codes: set[int]
) -> None:
    @seed(17)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        for part in (case.path_parameters, case.query, case.body):
            if isinstance(part, dict):
                _name_what_exists(part, names, data)
        response = case.call(cookies=cookies)
        codes.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    attack()


def _name_what_exists(part: dict[str, Any], names: dict[str, list[Any]], data: st.DataObject) -> None:
    for field in sorted(part.keys() & names.keys()):
        if data.draw(st.integers(0, 3)):
            part[field] = data.draw(st.sampled_from(names[field]))
