"""What a person does and reads where no alarm told of it: an incident, the journal, a stretch nobody watches."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect
from tests.e2e.conftest import OpenPage
from tests.house import House

HELP_FIRST = "Person in distress or asking for protection"


async def test_an_incident_is_opened_at_a_place_and_a_unit_is_sent_by_keyboard(
    running: House, open_page: OpenPage
) -> None:
    async with open_page(f"{running.address}/#enter={running.link()}") as page:
        await page.keyboard.press("i")
        card = page.locator("section.card")
        form = card.get_by_role("form", name="Open an incident")
        await expect(form.get_by_role("combobox")).to_be_focused()
        # help for people is what a hurried person gets without choosing
        await expect(form.get_by_role("combobox")).to_have_value(HELP_FIRST.lower())
        await page.keyboard.press("Tab")
        await page.keyboard.type("km 88")
        await expect(form).to_contain_text(re.compile(r"km 88\.0 · 3[78]S"))
        await page.keyboard.press("Tab")
        await page.keyboard.type("A family at the gate asks for protection.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(card.get_by_role("heading", name=HELP_FIRST)).to_be_visible()
        await expect(page.locator("[role=option][aria-selected=true]")).to_contain_text(HELP_FIRST)
        (incident,) = (await running.get("/api/picture"))["incidents"]
        assert (incident["alarm_id"], round(incident["chainage_m"])) == (None, 88_000)

        # t: a unit is asked to go; no distance is claimed where none was computed
        await page.keyboard.press("t")
        send = card.get_by_role("form", name="Which unit is to go?")
        await expect(send.get_by_role("combobox")).to_be_focused()
        await expect(send.get_by_role("option").first).to_contain_text("distance unknown")
        await send.get_by_role("button", name=re.compile("^Send ")).click()
        await expect(card).to_contain_text("was asked to go")
        (task,) = (await running.get("/api/picture"))["tasks"]
        assert task["incident_id"] == incident["incident_id"]

        # the card of the unit tells its place in each way that can be said on the radio
        await page.goto(f"{running.address}/#mode=watch&sel=unit:{task['unit_id']}")
        await expect(card).to_contain_text(re.compile(r"3[78]S [A-Z]{2}.*3[78] ?[NS] \d{6}.*\d\d\.\d+", re.DOTALL))

        # /: what is searched for may be a place; the line there is shown
        await page.keyboard.press("/")
        await page.keyboard.type("km 88")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"km=85\.5-90\.5"))


async def test_a_text_that_is_no_place_opens_nothing(running: House, open_page: OpenPage) -> None:
    async with open_page(f"{running.address}/#enter={running.link()}", language="ar", expected="422") as page:
        await page.keyboard.press("i")
        form = page.locator("section.card").get_by_role("form")
        await form.get_by_role("textbox").first.fill("behind the hill")
        # the reason is the centre's own, marked as English on an Arabic page
        reason = form.locator("bdi[lang=en][dir=ltr]")
        await expect(reason).to_contain_text("MGRS")
        await expect(form.locator("button[type=submit]")).to_be_disabled()


async def test_the_title_of_the_window_tells_of_alarms_of_priority_1(running: House, open_page: OpenPage) -> None:
    alarm = await running.alarm()
    assert alarm["priority"] == 1, "the walk of the tests is one that asks for somebody now"
    async with open_page(f"{running.address}/#enter={running.link()}") as page:
        await expect(page).to_have_title(re.compile(r"^\(1\) Vallum – "))
        await running.post(f"/api/alarms/{alarm['alarm_id']}/acknowledge")
        await expect(page).to_have_title(re.compile("^Vallum – "))


async def test_an_auditor_reads_the_journal_newest_first(running: House, open_page: OpenPage) -> None:
    async with open_page(f"{running.address}/#enter={running.link('auditor', 'auditor-1')}") as page:
        await page.get_by_role("tab", name="Journal").click()
        panel = page.get_by_role("tabpanel")
        first = panel.locator("tbody").first
        await expect(first).to_contain_text("signed in")
        await expect(first).to_contain_text("auditor-1")
        newest = int(await first.locator("td").first.inner_text())
        lines = await _journal(page, newest)
        assert [line["seq"] for line in lines] == [newest]
        await first.get_by_role("button", name="Whole hash").click()
        await expect(first).to_contain_text(lines[0]["hash"])
        await panel.get_by_role("button", name="Older").click()
        await expect(first.locator("td").first).to_have_text(str(max(100, newest - 100)))


async def test_who_may_not_read_the_journal_has_no_tab_of_it(running: House, open_page: OpenPage) -> None:
    async with open_page(f"{running.address}/#enter={running.link()}") as page:
        await expect(page.get_by_role("tab", name="Alarms")).to_be_visible()
        assert await page.get_by_role("tab", name="Journal").count() == 0


async def test_a_stretch_of_the_ribbon_tells_that_nobody_watches_it(running: House, open_page: OpenPage) -> None:
    async with open_page(f"{running.address}/#enter={running.link()}") as page:
        canvas = page.locator("section.ribbon canvas")
        box = await canvas.bounding_box()
        assert box is not None
        # the watched lane is the third; its first kilometres begin beside the names of the lanes
        await canvas.click(position={"x": 112 + 10, "y": box["height"] * (17 + 21 + 7.5) / 124})
        card = page.locator("section.card")
        await expect(card.get_by_role("heading", name=re.compile("^Not watched"))).to_be_visible()
        await expect(card).to_contain_text(re.compile(r"km \d+\.\d–\d+\.\d"))
        assert "sel=stretch:" in page.url


async def _journal(page: Page, seq: int) -> list[dict[str, Any]]:
    address = page.url.split("/#")[0]
    answer = await page.request.get(f"{address}/api/journal?after={seq - 1}&limit=1")
    assert answer.ok, await answer.text()
    lines: list[dict[str, Any]] = await answer.json()
    return lines
