"""What docs/api.md says about who may is true: every route is asked for in every role, and in none."""

from __future__ import annotations

from typing import Any, get_args

import httpx
from docs.pages.api import ANYBODY, ASKS, CANCELLING
from tests.house import House

from vallum.access.roles import ALLOWED, ROLES, Role
from vallum.server.models import TaskStep

# What each route needs so that it is refused for the role, or for what is not there, and not for its form.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/alarms/{alarm_id}/shelve"): {"reason": "to be tried", "minutes": 5},
    ("POST", "/api/alarms/{alarm_id}/close"): {"disposition": "technical", "cause": "tried"},
    ("POST", "/api/alarms/{alarm_id}/look"): {"sensor_id": "nowhere"},
    ("POST", "/api/incidents"): {"kind": "smuggling", "alarm_id": "nowhere"},
    ("POST", "/api/incidents/{incident_id}/update"): {"note": "tried"},
    ("POST", "/api/incidents/{incident_id}/close"): {"outcome": "tried"},
    ("POST", "/api/radio"): {"callsign": "nobody", "text": "tried"},
    ("POST", "/api/tasks"): {"unit_id": "nowhere"},
    CANCELLING: {},
    ("POST", "/api/sight/try"): {"tower_id": "nowhere", "lon": 42.0, "lat": 36.0, "mast_m": 18, "case": "night-person"},
    ("POST", "/api/hold/try"): {"case": "night-foot", "changes": [{"what": "silence", "sensor_ids": ["nowhere"]}]},
    # the frontier's night begins on the evening before
    ("POST", "/api/weather"): {"weather": "haze", "valid_until": "2021-03-18T03:00:00Z"},
}
IN_PATHS = {
    "number": "1",
    **dict.fromkeys(("alarm_id", "name", "incident_id", "task_id", "tower_id"), "nowhere"),
    "case": "night-person",
    **dict.fromkeys("zxy", "0"),
}
ENDS = {f"{end}_{what}": 40.0 for end in ("from", "to") for what in ("lon", "lat", "height_m")}
QUERIES: dict[str, dict[str, Any]] = {
    "/api/place": {"text": "km 10"},
    "/api/sight/lane": {"case": "night-person"},
    "/api/sight/at": {"lon": 42.0, "lat": 36.0, "case": "night-person"},
    "/api/sight/profile": ENDS,
    "/api/hold/case": {"case": "night-foot"},
}
# These end the session or begin one; they are tried by themselves.
SESSIONS = {("POST", "/api/enter"), ("POST", "/api/leave")}
# Only so that a test of a broken server ends; a busy machine must not fail it.
PATIENCE_S = 120.0
TRIED = [route for route in ASKS if route not in SESSIONS]


async def asked(client: httpx.AsyncClient, route: tuple[str, str], step: str = "accepted") -> int:
    """Ask for a route; give the status of the answer."""
    method, path = route
    address = path.format(**IN_PATHS, step=step)
    return (await client.request(method, address, json=BODIES.get(route), params=QUERIES.get(path))).status_code


async def test_each_role_and_nobody_else_may_what_the_page_says(running: House) -> None:
    for role in ROLES:
        async with running.signed_in(role, f"{role} 1".replace(" ", "-")) as client:
            client.timeout = httpx.Timeout(PATIENCE_S)
            await try_role(client, role)
    async with httpx.AsyncClient(base_url=running.address, timeout=PATIENCE_S) as stranger:
        for route in TRIED:
            assert await asked(stranger, route) == 401, route
        assert (await stranger.post("/api/leave")).status_code == 200
        entered = await stranger.post("/api/enter", json={"token": running.link("auditor", "audit-1")})
        assert entered.status_code == 200


async def try_role(client: httpx.AsyncClient, role: Role) -> None:
    """Ask for every route, and for every step of a task."""
    for route in TRIED:
        status = await asked(client, route)
        assert (status == 403) is (ASKS[route] not in ALLOWED[role]), (role, route, status)
        assert status not in (401, 422), (role, route, status)
    for step in get_args(TaskStep):
        needs = "task" if step == "cancelled" else "answer_task"
        status = await asked(client, CANCELLING, step)
        assert (status == 403) is (needs not in ALLOWED[role]), (role, step, status)


def test_what_anybody_may_is_only_to_enter_and_to_leave() -> None:
    assert {route for route, asks in ASKS.items() if asks == ANYBODY} == SESSIONS
