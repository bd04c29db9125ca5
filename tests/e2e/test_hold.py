"""How the line is held is shown as the centre worked it out, and what is tried shows before and after at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.e2e.conftest import SMALL, OpenPage, check
from tests.e2e.test_page import sign_in
from tests.e2e.test_sight import cells
from tests.house import House

CASE = "night-vehicle"
WORDS = {
    "en": {
        "case": "night · vehicle",
        "held": "km are held",
        "nothing": "nothing is changed",
        "trench": "What if a trench is dug here?",
        "back": "Put everything back",
        "order": "Order",
        "table": "Ribbon as a table",
        "lane": "Lane",
        "without": "What if it fails? (holding)",
    },
    "ar": {
        "case": "ليل · مركبة",
        "held": "ممسوكة",
        "nothing": "لا شيء يتغيّر",
        "trench": "ماذا لو حُفر خندق هنا؟",
        "back": "أعد كل شيء كما كان",
        "order": "الترتيب",
        "table": "الشريط جدولًا",
        "lane": "المسلك",
        "without": "ماذا لو تعطّل؟ (مسك الخط)",
    },
}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_gaps_are_told_with_what_happens_there_and_what_is_tried_shows_before_and_after(
    holding: House, open_page: OpenPage, language: str
) -> None:
    words = WORDS[language]
    case = await holding.get(f"/api/hold/case?case={CASE}")
    async with open_page(sign_in(holding), language=language, size=SMALL) as page:
        await page.goto(f"{holding.address}/#mode=plan")
        await page.locator("#tab-hold").click()
        await page.get_by_role("radio", name=words["case"]).check()
        held = page.locator(".big")
        await expect(held).to_contain_text(words["held"])
        assert float(re.findall(r"\d+\.\d", await held.inner_text())[0]) == pytest.approx(case["held_km"], abs=0.051)
        assert f"hold={CASE}" in page.url
        rows = page.get_by_role("listbox").get_by_role("option")
        await expect(rows).to_have_count(len(case["gaps"]))
        worst = min(case["gaps"], key=lambda gap: (gap["p_interruption_min"], -gap["length_km"]))
        await expect(rows.first).to_contain_text(f"{worst['from_km']:.1f}–{worst['to_km']:.1f}")
        await page.get_by_label(words["order"]).select_option("along")
        first = min(case["gaps"], key=lambda gap: gap["from_km"])
        await expect(rows.first).to_contain_text(f"{first['from_km']:.1f}–{first['to_km']:.1f}")

        await a_gaps_card_tells_its_course(page, rows, case)
        await check(page, "plan, a gap")
        await a_trench_is_tried(holding, page, case, words)
        await check(page, "plan, something is tried for holding")
        await page.get_by_role("button", name=words["back"]).click()
        await expect(page.get_by_text(words["nothing"])).to_have_count(0)
        assert await holding.get(f"/api/hold/case?case={CASE}") == case


async def a_gaps_card_tells_its_course(page: Page, rows: Any, case: dict[str, Any]) -> None:
    seen = next(
        number
        for number, gap in enumerate(sorted(case["gaps"], key=lambda gap: gap["from_km"]))
        if gap["way"] is not None and len(gap["course"]) >= 3
    )
    gap = sorted(case["gaps"], key=lambda gap: gap["from_km"])[seen]
    await rows.nth(seen).click()
    assert f"sel=gap:{CASE}:{gap['at_km']:g}" in page.url
    card = page.locator("section.card")
    await expect(card.locator("ol li")).to_have_count(len(gap["course"]))
    clocks = await card.locator("ol .clock").all_inner_texts()
    assert clocks == [since(event["clock_s"]) for event in gap["course"]]


async def a_trench_is_tried(house: House, page: Page, case: dict[str, Any], words: dict[str, str]) -> None:
    async with page.expect_request("**/api/hold/try") as asked:
        await page.get_by_role("button", name=words["trench"]).click()
    strip = page.locator("section").filter(has_text=words["back"]).last
    table = strip.get_by_role("table")
    await expect(table).to_be_visible(timeout=20_000)
    tried = await house.post("/api/hold/try", (await asked.value).post_data_json)
    was, then = await cells(table)
    for told, figures in ((was, case), (then, tried)):
        assert float(re.findall(r"\d+\.\d", told[1])[0]) == pytest.approx(figures["held_km"], abs=0.051)
        assert int(told[2]) == len(figures["gaps"])


async def test_the_table_of_the_lane_is_the_api_row_for_row_and_a_sensor_can_be_tried_away(
    holding: House, open_page: OpenPage
) -> None:
    words = WORDS["en"]
    case = await holding.get("/api/hold/case?case=night-foot")
    sensor = next(one for one in holding.centre.sensors() if one.kind == "thermal_camera")
    async with open_page(sign_in(holding), size=SMALL) as page:
        await page.goto(f"{holding.address}/#mode=plan&sel=sensor:{sensor.sensor_id}&km=40-60")
        await page.locator("#tab-hold").click()
        await expect(page.locator(".big")).to_be_visible()
        await page.get_by_role("button", name=words["table"]).click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label(words["lane"]).select_option("held")
        rows = await cells(dialog.get_by_role("table"))
        near = [
            step
            for step in range(len(case["p"]))
            if case["edges_m"][step + 1] > 40_000 and case["edges_m"][step] < 60_000
        ]
        assert [[float(cell) for cell in row[:4]] for row in rows] == [
            [case["edges_m"][step], case["edges_m"][step + 1], case["p"][step], case["lower"][step]] for step in near
        ]
        await check(page, "plan, the lane of holding as a table")
        await page.keyboard.press("Escape")
        async with page.expect_response("**/api/hold/try") as answered:
            await page.get_by_role("button", name=words["without"]).click()
        tried = await (await answered.value).json()
        assert min(after - was for after, was in zip(tried["p"], case["p"], strict=True)) < -0.01, "it was of some use"
        await expect(page.locator("li").filter(has_text=f"without {sensor.sensor_id}")).to_be_visible()


def since(clock_s: float) -> str:
    seconds = round(abs(clock_s) + 1e-9)
    told = f"{seconds // 60}" if seconds < 3600 else f"{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{'−' if clock_s < 0 else ''}{told}:{seconds % 60:02}"
