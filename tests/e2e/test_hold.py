"""How the line is held is shown as the centre worked it out, and what is tried shows before and after at once."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect
from tests.e2e.conftest import SMALL, OpenPage, check, ready
from tests.e2e.test_page import sign_in
from tests.e2e.test_sight import cells
from tests.house import House

CASE = "night-vehicle"
STEPS = ("p", "lower", "upper", "ceiling", "margin_s", "response_s", "lost_before_line")
WORDS = {
    "en": {
        "case": "night · vehicle",
        "held": "km are held",
        "nothing": "nothing is changed",
        "trench": "What if a trench is dug here?",
        "back": "Put everything back",
        "order": "Order",
        "lane": "Lane",
        "without": "What if it fails? (holding)",
        "steps": "Step by step, as a table",
        "csv": "Save as CSV",
        "there": "Try it there",
        "elsewhere": "What if it waits elsewhere?",
        "gap": "What if it waits at the gap",
    },
    "ar": {
        "case": "ليل · مركبة",
        "held": "ممسوكة",
        "nothing": "لا شيء يتغيّر",
        "trench": "ماذا لو حُفر خندق هنا؟",
        "back": "أعد كل شيء كما كان",
        "order": "الترتيب",
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
        await the_figures_tell_what_they_rest_on(holding, page, case)
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


async def the_figures_tell_what_they_rest_on(house: House, page: Page, case: dict[str, Any]) -> None:
    await page.locator(".big button").click()
    dialog = page.get_by_role("dialog")
    times, assumed = dialog.get_by_role("table").first, dialog.get_by_role("table").last
    assert len(await cells(times)) == len(case["states"])
    told = [(row[0], row[2]) for row in await cells(assumed)]
    assert told == [(one["name"], one["source"]) for one in (await house.get("/api/hold"))["assumptions"]]
    await check(page, "plan, what the figures of holding rest on")
    await page.keyboard.press("Escape")


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
    assert was != then, "a trench is of some use"


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
        await page.get_by_role("button", name=words["steps"]).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_label(words["lane"])).to_have_value("held")
        rows = await cells(dialog.get_by_role("table"))
        near = [
            step
            for step in range(len(case["p"]))
            if case["edges_m"][step + 1] > 40_000 and case["edges_m"][step] < 60_000
        ]
        told = [
            [case["edges_m"][step], case["edges_m"][step + 1], *(case[name][step] for name in STEPS)] for step in near
        ]
        assert [[value_of(cell) for cell in row] for row in rows] == told
        async with page.expect_download() as saving:
            await dialog.get_by_role("button", name=words["csv"]).click()
        header, *written = read_csv(await (await saving.value).path())
        assert header == ["from_m", "to_m", *STEPS]
        assert [[value_of(cell) for cell in row] for row in written] == told
        await check(page, "plan, the lane of holding as a table")
        await page.keyboard.press("Escape")
        async with page.expect_response("**/api/hold/try") as answered:
            await page.get_by_role("button", name=words["without"]).click()
        tried = await (await answered.value).json()
        assert min(after - was for after, was in zip(tried["p"], case["p"], strict=True)) < -0.01, "it was of some use"
        await expect(page.locator("li").filter(has_text=f"without {sensor.sensor_id}")).to_be_visible()


async def test_a_pasted_link_shows_its_gap_and_from_there_a_unit_can_be_tried_elsewhere(
    holding: House, open_page: OpenPage
) -> None:
    words = WORDS["en"]
    case = await holding.get("/api/hold/case?case=night-foot")
    gap = next(
        gap for gap in case["gaps"] if any(event["what"] == "too_late" and event["by"] for event in gap["course"])
    )
    unit_id = next(event["by"] for event in gap["course"] if event["what"] == "too_late")
    callsign = next(unit.callsign for unit in holding.centre.units() if unit.unit_id == unit_id)
    async with open_page(sign_in(holding), size=SMALL) as page:
        await page.goto(f"{holding.address}/#mode=plan&hold=night-foot&sel=gap:night-foot:{gap['at_km']:g}")
        await page.reload()
        await ready(page)
        card = page.locator("section.card")
        await expect(card.locator("ol li")).to_have_count(len(gap["course"]))
        await expect(page.locator("#tab-hold")).to_have_attribute("aria-selected", "true")
        await card.locator("li.too_late").get_by_role("button", name=callsign).click()
        assert f"sel=unit:{unit_id}" in page.url
        async with page.expect_request("**/api/hold/try") as asked:
            await card.get_by_role("button", name=words["gap"]).click()
        change = change_in(await asked.value)
        place = await holding.get(f"/api/place?text={change['lat']},{change['lon']}")
        assert (change["what"], change["unit_id"]) == ("move_unit", unit_id)
        assert place["chainage_m"] == pytest.approx(gap["at_km"] * 1000, abs=1500)
        await check(page, "plan, a unit is tried elsewhere")
        await card.get_by_label(words["elsewhere"]).fill(f"{change['lat'] + 0.01:.5f}, {change['lon'] + 0.01:.5f}")
        async with page.expect_request("**/api/hold/try") as again:
            await card.get_by_role("button", name=words["there"]).click()
        moved = change_in(await again.value)
        assert moved["lat"] == pytest.approx(change["lat"] + 0.01, abs=2e-5), (
            "the newest place counts, the other is gone"
        )


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


def change_in(asked: Request) -> dict[str, Any]:
    """Give the change that a request tries, the only one."""
    body = asked.post_data_json
    assert body is not None
    (change,) = body["changes"]
    return dict(change)


def value_of(cell: str) -> float | bool | None:
    return {"": None, "true": True, "false": False}[cell] if cell in {"", "true", "false"} else float(cell)


def since(clock_s: float) -> str:
    seconds = round(abs(clock_s) + 1e-9)
    told = f"{seconds // 60}" if seconds < 3600 else f"{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{'−' if clock_s < 0 else ''}{told}:{seconds % 60:02}"
