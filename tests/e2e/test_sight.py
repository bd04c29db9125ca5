"""What is seen of the ground is shown as the centre knows it, follows silence at once, and trying changes nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from tests.e2e.conftest import SMALL, OpenPage, check
from tests.e2e.test_page import heard, sign_in
from tests.gateways.sapient.frames import frame, status
from tests.house import House, until

from vallum.assets.sensor import SensorRow

# The longest that a sensor may promise between two words: a machine that is busy for a while loses none.
SELDOM_S = 60.0
TOWER = "T-02"
AT_MOST_MS = 2_000.0

WORDS = {
    "en": {
        "nothing": "nothing is changed",
        "tower": "Tower to try",
        "km": "At km",
        "gained": "km gained",
        "lost": "km lost",
        "first": "First place",
        "second": "Second place",
        "verdict": "Hidden:|Seen:",
        "who": "Who sees this place?",
        "place": "Place (MGRS",
        "assumed": "assumed",
    },
    "ar": {
        "nothing": "لا شيء يتغيّر",
        "tower": "البرج المراد تجربته",
        "km": "عند كم",
        "gained": "كسب",
        "lost": "خسارة",
        "first": "المكان الأول",
        "second": "المكان الثاني",
        "verdict": "محجوب:|مرئي:",
        "who": "مَن يرى هذا المكان؟",
        "place": "المكان (MGRS",
        "assumed": "مفترض",
    },
}

# How many colours a drawing has; an empty one has one.
COLOURS = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""

# What the live socket told this page and when, by the page's own clock; the page itself is left as it is.
LISTEN = """
window.told = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') window.told.push({ at_ms: performance.now(), ...JSON.parse(data) });
    });
  }
};
"""


async def test_the_lane_is_of_sight_lines_and_a_sensor_that_falls_silent_leaves_it_within_two_seconds(
    seeing: House, open_page: OpenPage
) -> None:
    sensor = seeing.sensor()
    async with open_page(sign_in(seeing), before=LISTEN) as page:
        veils = asked_veils(page)
        async with heard(seeing, sensor):
            sight = await seeing.get("/api/sight")
            assert (sight["state"], sight["lane_from"]) == ("ready", "sight lines")
            await expect(page.get_by_label("Watched for").first).to_contain_text("Now: night")
            await page.get_by_role("button", name="Ribbon as a table").click()
            lane = page.get_by_role("dialog").get_by_role("table")
            await shows_the_lane(seeing, lane)
            drawn = {(s["from_m"], s["to_m"]) for s in (await seeing.get("/api/picture"))["watched"]}
            sectors = {(s.from_m, s.to_m) for s in seeing.centre.live.watched()}
            assert drawn != sectors, "what is drawn is not what was registered"
            rows = [row for row in await cells(lane) if sensor.sensor_id in row[3].split()]
            assert {row[2] for row in rows} & {"watched", "uncertain"}
            assert all(0 <= float(row[5]) <= float(row[6]) <= float(row[7]) <= 1 for row in rows)
        await until(lambda: seeing.centre.live.sensing.states()[sensor.sensor_id] == "dead", 30.0)

        # the page was told of the silence, and of what it costs, one soon after the other
        silent, watched = await told_of_silence(page, sensor)
        assert watched["at_ms"] - silent["at_ms"] < AT_MOST_MS
        await shows_the_lane(seeing, lane)
        assert "lost" in {row[2] for row in await cells(lane) if sensor.sensor_id in row[3].split()}
        await until(lambda: bool(veils) and max(veils) >= watched["version"], 20.0)
        await page.keyboard.press("Escape")
        await check(page, "watch, a sensor is silent")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_plan_tries_a_tower_draws_a_sight_line_and_tells_who_sees_a_place_and_changes_nothing(
    seeing: House, open_page: OpenPage, language: str
) -> None:
    """One page for all three: a browser takes longer to open than they take."""
    async with calm(seeing), plan(seeing, open_page, language) as page:
        before = await seeing.get("/api/sight/lane?case=night-person")
        await a_tower_tried_elsewhere_wins_and_loses_kilometres(seeing, page, before["stretches"], WORDS[language])
        assert await seeing.get("/api/sight/lane?case=night-person") == before
        await a_sight_line_is_drawn_and_its_table_is_the_api_row_for_row(page, WORDS[language])
        await who_sees_a_place_is_told_as_the_api_tells_it(seeing, page, WORDS[language])
        assert await seeing.get("/api/sight/lane?case=night-person") == before


async def a_tower_tried_elsewhere_wins_and_loses_kilometres(
    house: House, page: Page, before: list[dict[str, Any]], words: dict[str, str]
) -> None:
    await page.get_by_label(words["tower"]).select_option(TOWER)
    trial = page.locator("section.card section").filter(has_text=words["nothing"])
    await expect(trial).to_be_visible()
    async with page.expect_request("**/api/sight/try") as asked:
        await trial.get_by_label(words["km"]).fill("160")
        await page.keyboard.press("Tab")
    result = trial.locator(".result")
    await expect(result).to_contain_text(words["lost"], timeout=10_000)
    await expect(result).to_contain_text(words["gained"])
    tried = await house.post("/api/sight/try", (await asked.value).post_data_json)
    gained_m, lost_m = changes(before, tried["stretches"])
    assert min(gained_m, lost_m) > 0, "there is something to see"
    told = [float(number) for number in re.findall(r"\d+\.\d", await result.inner_text())]
    assert told == [pytest.approx(gained_m / 1000, abs=0.051), pytest.approx(lost_m / 1000, abs=0.051)]
    await check(page, "plan, a tower tried elsewhere")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text(words["nothing"])).to_have_count(0)


async def a_sight_line_is_drawn_and_its_table_is_the_api_row_for_row(page: Page, words: dict[str, str]) -> None:
    await page.get_by_label(words["first"]).fill("km 39.6")
    async with page.expect_response("**/api/sight/profile?*") as answered:
        await page.get_by_label(words["second"]).fill("km 43")
    profile = await (await answered.value).json()
    chart = page.get_by_role("img", name=re.compile(words["verdict"]))
    await expect(chart).to_be_visible()
    await page.wait_for_function(f"(canvas) => ({COLOURS})(canvas) > 20", arg=await chart.element_handle())
    figure = page.locator("figure")
    await figure.locator("summary").click()
    table = figure.get_by_role("table")
    names = await table.locator("thead th").all_inner_texts()
    assert set(names) == {"distance_m", "ground_m", "apparent_ground_m", "line_m", "sd_m"}
    assert len(profile["distance_m"]) > 5
    assert [[float(cell) for cell in row] for row in await cells(table)] == [
        list(row) for row in zip(*(profile[name] for name in names), strict=True)
    ]
    await check(page, "plan, a sight line")


async def who_sees_a_place_is_told_as_the_api_tells_it(house: House, page: Page, words: dict[str, str]) -> None:
    await page.get_by_role("button", name=words["who"]).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(words["place"]).fill("km 39.6")
    place = await house.get("/api/place?text=km 39.6")
    said = await house.get(f"/api/sight/at?lon={place['lon']}&lat={place['lat']}&case=night-person")
    assert said["seen_by"]
    table = dialog.get_by_role("table")
    await expect(table.locator("tbody tr")).to_have_count(len(said["seen_by"]), timeout=10_000)
    assert await table.locator("tbody th").all_inner_texts() == [row["sensor_id"] for row in said["seen_by"]]
    assert {row[-1] for row in await cells(table)} == {words["assumed"]}, "nobody has walked here"
    await check(page, "who sees this place")


# --- what the tests above stand on


@asynccontextmanager
async def plan(house: House, open_page: OpenPage, language: str) -> AsyncIterator[Page]:
    """Open Plan where its tools of sight are."""
    async with open_page(sign_in(house), language=language, size=SMALL) as page:
        await page.goto(f"{house.address}/#mode=plan")
        await page.locator("#tab-sight").click()
        await expect(page.get_by_label(WORDS[language]["tower"])).to_be_visible()
        yield page


@asynccontextmanager
async def calm(house: House) -> AsyncIterator[None]:
    """Let all sensors of the tower be heard, and none of them fall silent."""
    sensors = [row for row in house.centre.sensors() if row.tower_id == TOWER]
    nodes = [(await house.connect(sensor, SELDOM_S), sensor.node_id) for sensor in sensors]

    async def speak() -> None:
        while True:
            for node, node_id in nodes:
                node.send(frame(house.centre.clock.now_s(), node=node_id, status_report=status()))
            await asyncio.sleep(0.5)

    speaking = asyncio.create_task(speak())
    try:
        await until(lambda: not house.centre.sight.standing.silent & {row.sensor_id for row in sensors})
        yield
    finally:
        speaking.cancel()
        for node, _ in nodes:
            node.hang_up()


def changes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[float, float]:
    """Give how many metres are watched after and not before, and the other way round."""

    def watched(stretches: list[dict[str, Any]], at_m: float) -> bool:
        return any(s["from_m"] <= at_m < s["to_m"] and s["state"] == "watched" for s in stretches)

    edges = sorted({s[name] for s in (*before, *after) for name in ("from_m", "to_m")})
    gained_m = lost_m = 0.0
    for from_m, to_m in pairwise(edges):
        was, will = watched(before, (from_m + to_m) / 2), watched(after, (from_m + to_m) / 2)
        gained_m += (to_m - from_m) * (will and not was)
        lost_m += (to_m - from_m) * (was and not will)
    return gained_m, lost_m


async def cells(table: Locator) -> list[list[str]]:
    """Give the rows of a table as they stand in it."""
    read = "(body) => [...body.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    rows: list[list[str]] = await table.locator("tbody").evaluate(read)
    return rows


async def shows_the_lane(house: House, table: Locator) -> None:
    """Wait until the page's table is the API's lane, stretch by stretch."""
    said = (await house.get("/api/sight/lane?case=night-person"))["stretches"]
    await expect(table.locator("tbody tr")).to_have_count(len(said), timeout=10_000)
    rows = [(float(row[0]), float(row[1]), row[2], row[3], float(row[6])) for row in await cells(table)]
    assert rows == [(s["from_m"], s["to_m"], s["state"], " ".join(s["sensors"]), s["p_nominal"]) for s in said]


def asked_veils(page: Page) -> list[int]:
    """Give a list that grows by the version of every picture of watched ground that the page asks for."""
    versions: list[int] = []

    def note(url: str) -> None:
        found = re.search(r"/api/sight/tiles/.*\?v=(\d+)$", url)
        if found is not None:
            versions.append(int(found.group(1)))

    page.on("request", lambda request: note(request.url))
    return versions


async def told_of_silence(page: Page, sensor: SensorRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the message that a sensor is live no more, and the one that its ground is lost."""
    told: list[dict[str, Any]] = await page.evaluate("() => window.told")
    rows = [(at, m) for at, m in enumerate(told) if m["kind"] == "changed" and m["key"] == sensor.sensor_id]
    heard_at = next(at for at, m in rows if m["row"]["state"] == "live")
    silent = next(m for at, m in rows if at > heard_at and m["row"]["state"] != "live")
    lanes = [m for m in told if m["kind"] == "watched"]
    last_seen = max(at for at, m in enumerate(lanes) if not _lost(m["watched"], sensor))
    watched = lanes[last_seen + 1]
    return silent, watched


def _lost(stretches: list[dict[str, Any]], sensor: SensorRow) -> bool:
    return any(s["state"] == "lost" and sensor.sensor_id in s["sensors"] for s in stretches)
