"""What a hand does on the map: a tower is carried and the lane follows, the pointer rests and is told who sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.e2e.conftest import SMALL, OpenPage, check
from tests.e2e.test_page import sign_in
from tests.e2e.test_sight import calm
from tests.house import House

TOWER, SHOWN_KM = "T-02", "30-60"
LANE = "section.ribbon canvas"


async def test_while_a_tower_is_dragged_the_lane_changes_and_letting_go_or_escape_changes_nothing(
    seeing: House, open_page: OpenPage
) -> None:
    async with calm(seeing), open_page(sign_in(seeing), size=SMALL) as page:
        before = await seeing.get("/api/sight/lane?case=night-person")
        await page.goto(f"{seeing.address}/#mode=plan&km={SHOWN_KM}")
        await expect(page.get_by_label("Watched for").first).to_be_visible()
        tower = next(one for one in seeing.centre.project.towers if one.tower_id == TOWER)
        await page.wait_for_timeout(500)  # the map moves to the stretch
        x, y = await pixel_of(page, tower.lon, tower.lat)
        drawn = await picture_of(page)
        await page.mouse.move(x, y)
        await page.mouse.down()
        async with page.expect_response(tried) as first:
            await page.mouse.move(x + 20, y + 20, steps=3)
        assert (await (await first.value).json())["stretches"] != before["stretches"]
        # the button is still down
        await expect(page.locator(".tried")).to_be_visible()
        await expect(page.locator("section.card .result")).to_be_visible(timeout=10_000)
        near = await picture_of(page)
        assert near != drawn
        async with page.expect_response(tried) as second:
            await page.mouse.move(x + 70, y + 70, steps=5)
        assert (await second.value).ok
        await until_drawn_otherwise(page, near)
        await page.mouse.up()
        await expect(page.locator(".tried")).to_be_visible()
        await check(page, "plan, a tower that was dragged")
        await page.keyboard.press("Escape")
        await expect(page.locator(".tried")).to_have_count(0)
        assert await seeing.get("/api/sight/lane?case=night-person") == before


async def test_escape_lets_a_tower_go_while_the_button_is_still_down(seeing: House, open_page: OpenPage) -> None:
    async with calm(seeing), open_page(sign_in(seeing), size=SMALL) as page:
        await page.goto(f"{seeing.address}/#mode=plan&km={SHOWN_KM}")
        await expect(page.get_by_label("Watched for").first).to_be_visible()
        tower = next(one for one in seeing.centre.project.towers if one.tower_id == TOWER)
        await page.wait_for_timeout(500)  # the map moves to the stretch
        x, y = await pixel_of(page, tower.lon, tower.lat)
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + 20, y + 20, steps=3)
        await expect(page.locator(".tried")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".tried")).to_have_count(0)
        await page.mouse.move(x + 60, y + 60, steps=5)
        await page.wait_for_timeout(300)
        await expect(page.locator(".tried")).to_have_count(0)
        await page.mouse.up()
        # and it can be taken again
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + 30, y + 30, steps=3)
        await expect(page.locator(".tried")).to_be_visible()
        await page.mouse.up()


async def test_whoever_rests_on_a_place_is_told_who_sees_it_as_the_api_tells_it(
    seeing: House, open_page: OpenPage
) -> None:
    async with open_page(sign_in(seeing), size=SMALL) as page:
        await page.goto(f"{seeing.address}/#mode=plan&km={SHOWN_KM}")
        await expect(page.get_by_label("Watched for").first).to_be_visible()
        await page.wait_for_timeout(500)
        tower = next(one for one in seeing.centre.project.towers if one.tower_id == TOWER)
        x, y = await pixel_of(page, tower.lon - 0.015, tower.lat)
        async with page.expect_response(re.compile("/api/sight/at")) as answered:
            await page.mouse.move(x, y, steps=2)
        seen = await (await answered.value).json()
        tip = page.locator(".tip")
        await expect(tip).to_be_visible()
        assert seen["seen_by"], "somebody sees it"
        told = await tip.locator("strong").all_inner_texts()
        assert told == [row["sensor_id"] for row in seen["seen_by"]][: len(told)]
        assert len(told) == min(4, len(seen["seen_by"]))
        await page.mouse.move(x + 300, y, steps=4)
        await expect(tip).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_on_any_card_of_sight(seeing: House, open_page: OpenPage, language: str) -> None:
    await seeing.alarm()
    stretches = (await seeing.get("/api/picture"))["watched"]
    watched = next(s for s in stretches if s["state"] in ("watched", "uncertain", "lost"))
    tracks = seeing.centre.live.tracks()
    sensor = seeing.sensor("thermal_camera").sensor_id
    cards = {
        f"track:{tracks[0].track}": "watch",
        f"stretch:{(watched['from_m'] + watched['to_m']) / 2:.0f}": "watch",
        f"sensor:{sensor}": "plan",
        f"tower:{TOWER}": "plan",
    }
    async with open_page(sign_in(seeing), language=language, size=SMALL) as page:
        for selection, mode in cards.items():
            await page.goto(f"{seeing.address}/#mode={mode}&sel={selection}")
            await expect(page.locator("section.card article")).to_be_visible(timeout=10_000)
            await check(page, f"{mode}, card of {selection}")


async def pixel_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Give where a position falls on the screen."""
    box = await page.locator("main .map").bounding_box()
    assert box is not None
    at = await page.evaluate("([lon, lat]) => window.vallumPixelOf(lon, lat)", [lon, lat])
    return box["x"] + at["x"], box["y"] + at["y"]


async def picture_of(page: Page) -> str:
    return str(await page.locator(LANE).evaluate("(canvas) => canvas.toDataURL()"))


async def until_drawn_otherwise(page: Page, before: str) -> None:
    lane = await page.locator(LANE).element_handle()
    await page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[lane, before])


def tried(response: Any) -> bool:
    return bool(response.url.endswith("/api/sight/try") and response.ok)
