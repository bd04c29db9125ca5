"""Who has never seen the page can tell what it is for, what happens out of view, who was sent and who answers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect
from tests.e2e.conftest import SMALL, OpenPage, check
from tests.house import House

LANGUAGES = ("en", "ar")
MOST_ROWS_PX = 200


def sign_in(house: House, name: str = "watch-9") -> str:
    return f"{house.address}/#enter={house.link('watch officer', name)}"


async def show(page: Page, house: House, address: str) -> None:
    """Open an address of the page afresh: the map begins where it says."""
    await page.goto(f"{house.address}/#{address}")
    await page.reload()
    await expect(page.locator("main canvas.maplibregl-canvas")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_alarms_off_the_map_are_counted_at_its_edge_and_shown_on_a_press(
    running: House, open_page: OpenPage, language: str
) -> None:
    alarm = await running.alarm()
    at_km = alarm["chainage_m"] / 1000
    length_km = (await running.get("/api/frontier"))["map_length_m"] / 1000
    away = (length_km - 60, length_km - 10) if at_km < length_km / 2 else (10, 60)
    async with open_page(sign_in(running), language=language, size=SMALL, expected="404") as page:
        marks = page.locator("button.map-edge")
        # the whole line is shown first, so nothing is off the map
        await expect(marks).to_have_count(0)
        await show(page, running, f"mode=watch&km={away[0]:.0f}-{away[1]:.0f}")
        await expect(marks.first).to_contain_text(re.compile(rf"{at_km:.0f}"), timeout=20_000)
        await check(page, "an alarm off the map")
        await marks.first.click()
        await expect(marks).to_have_count(0, timeout=20_000)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_was_sent_stands_on_the_alarm_and_leads_to_task_and_incident(
    running: House, open_page: OpenPage, language: str
) -> None:
    alarm = (await running.alarm())["alarm_id"]
    await running.post(f"/api/alarms/{alarm}/acknowledge")
    incident = await running.post("/api/incidents", {"kind": "smuggling", "alarm_id": alarm, "note": "sacks"})
    unit = running.centre.units()[0]
    task = await running.post("/api/tasks", {"unit_id": unit.unit_id, "alarm_id": alarm})
    async with open_page(sign_in(running), language=language, size=SMALL, expected="404") as page:
        await expect(page.get_by_role("option").filter(has_text=unit.callsign)).to_be_visible(timeout=20_000)
        card = page.locator("section.card")
        await page.goto(f"{running.address}/#mode=watch&sel=alarm:{alarm}")
        await card.get_by_role("button", name=re.compile(unit.callsign)).first.click()
        await expect(card).to_contain_text(task["task_id"])
        await page.goto(f"{running.address}/#mode=watch&sel=alarm:{alarm}")
        await card.get_by_role("button", name=re.compile(rf"{incident['incident_id']}\b")).first.click()
        await expect(card).to_contain_text("sacks")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_answers_is_said_for_the_line_for_a_section_and_for_an_alarm(
    running: House, open_page: OpenPage, language: str
) -> None:
    alarm = await running.alarm()
    frontier = await running.get("/api/frontier")
    section = frontier["sections"][0]
    first = next(
        row
        for row in frontier["assignments"]
        if (row["section_id"], row["role"]) == (section["section_id"], "first_line")
    )
    party = frontier["parties"][first["party"]][language]
    async with open_page(sign_in(running), language=language, size=SMALL, expected="404") as page:
        card = page.locator("section.card")
        # nothing is selected: what the page is for, and who answers where
        await expect(card).to_contain_text(frontier["this_side"][language])
        await expect(card).to_contain_text(party)
        await check(page, "nothing selected")
        # a press on the ribbon's first lane, at the middle of the section
        ribbon = page.locator("section.ribbon canvas")
        box = await ribbon.bounding_box()
        assert box is not None
        margins = (112, 14) if language == "en" else (14, 112)
        share = (section["from_m"] + section["to_m"]) / 2 / frontier["map_length_m"]
        x = margins[0] + share * (box["width"] - sum(margins))
        await ribbon.click(position={"x": x, "y": 7})
        await expect(card).to_contain_text(first["source"])
        assert f"sel=section:{section['section_id']}" in page.url
        await check(page, "a section")
        await page.goto(f"{running.address}/#mode=watch&sel=alarm:{alarm['alarm_id']}")
        await expect(card.locator("dl").first).to_contain_text(party)


async def test_a_row_of_which_nothing_more_is_to_be_said_is_one_line_high_in_a_low_window(
    running: House, open_page: OpenPage
) -> None:
    await running.alarm()
    async with open_page(sign_in(running), size=SMALL, expected="404") as page:
        rows = page.get_by_role("listbox").get_by_role("option")
        await expect(rows.first).to_be_visible(timeout=20_000)
        heights = [box["height"] for row in await rows.all() if (box := await row.bounding_box()) is not None]
        assert 4 * max(heights) <= MOST_ROWS_PX, heights
        panel = await page.locator("#tab-panel").bounding_box()
        assert panel is not None
        assert panel["height"] >= 4 * max(heights) - 8, (panel, heights)
