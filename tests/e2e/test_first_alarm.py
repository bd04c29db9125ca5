"""The main job by keyboard, in two languages: an alarm comes, a person takes it, opens an incident, sends a unit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.e2e.conftest import Demo, OpenPage, ready

PATIENCE_MS = 90_000

WORDS = {
    "en": {"nobody": "nobody has it yet", "you": "you have it", "released": "Released to"},
    "ar": {"nobody": "لم يستلمه أحد بعد", "you": "لديك أنت", "released": "جرت مشاركته مع"},
}


async def api(page: Page, path: str) -> Any:
    answer = await page.request.get(re.sub(r"(https?://[^/]+).*", r"\1", page.url) + path)
    assert answer.ok, await answer.text()
    return await answer.json()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_watch_officer_answers_an_alarm_by_keyboard(demo: Demo, open_page: OpenPage, language: str) -> None:
    words, officer = WORDS[language], f"watch-{language}"
    async with open_page(demo.link(officer), language=language) as page:
        assert await page.evaluate("() => document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        rows = page.get_by_role("listbox").get_by_role("option")
        waiting = rows.filter(has_text=words["nobody"])
        await waiting.first.wait_for(timeout=PATIENCE_MS)

        # j selects; the card says what it is, shows the picture or why there is none, and who can see it
        selected = page.locator("[role=option][aria-selected=true]")
        for _ in range(12):
            await page.keyboard.press("j")
            await expect(selected).to_have_count(1)
            if words["nobody"] in (await selected.inner_text()):
                break
        card = page.locator("section.card")
        await expect(card).to_contain_text(words["released"])
        alarm_id = re.search(r"sel=alarm:([^&]+)", page.url)
        assert alarm_id is not None, page.url
        seen = await api(page, f"/api/alarms/{alarm_id.group(1)}")
        if seen["stills"]:
            await expect(card.locator("img").first).to_be_visible()
            # visible is not yet loaded: `decode` waits for the picture and fails on a broken one
            width = await card.locator("img").first.evaluate(
                "async (image) => (await image.decode(), image.naturalWidth)"
            )
            assert width > 100
        elif seen["alarm"]["track"] is not None:
            assert seen["still_absent_reason"], "an alarm about movement shows a picture or says why there is none"
        assert seen["released"]["to"] == []

        # a: it is mine
        await page.keyboard.press("a")
        await expect(selected).to_contain_text(words["you"], timeout=15_000)

        # i: an incident; the form is filled by keyboard alone
        await page.keyboard.press("i")
        form = card.get_by_role("form")
        await expect(form).to_be_visible()
        await submit(page)
        await expect(form).to_have_count(0, timeout=15_000)

        # t: a unit
        await page.keyboard.press("t")
        await expect(form).to_be_visible()
        await submit(page)
        await expect(form).to_have_count(0, timeout=15_000)

        now = await api(page, "/api/picture")
        alarm = next(row for row in now["alarms"] if row["alarm_id"] == alarm_id.group(1))
        assert alarm["acknowledged_by"] == officer
        assert alarm["simulated"]
        incident = next(row for row in now["incidents"] if row["opened_by"] == officer)
        task = next(row for row in now["tasks"] if row["sent_by"] == officer)
        assert incident["alarm_id"] == alarm["alarm_id"]
        assert task["alarm_id"] == alarm["alarm_id"] or task["incident_id"] == incident["incident_id"]
        assert task["state"] == "sent"
        assert incident["simulated"]
        assert task["simulated"]

    async with open_page(demo.link("audit-1", "auditor"), language=language) as page:
        lines = await api(page, "/api/journal?limit=500")
        mine = [line["type"] for line in lines if line["actor"] == officer]
        assert [kind for kind in mine if kind.split(".")[0] in {"alarm", "incident", "task"}] == [
            "alarm.acknowledged",
            "incident.opened",
            "task.sent",
        ]


async def submit(page: Page) -> None:
    """Send the open form from the keyboard: to its button, then Enter."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement?.getAttribute('type') === 'submit'"):
            await page.keyboard.press("Enter")
            return
    raise AssertionError("the form's button cannot be reached by keyboard")


async def test_a_camera_looks_again_and_the_card_shows_what_it_saw(demo: Demo, open_page: OpenPage) -> None:
    async with open_page(demo.link("watch-look")) as page:
        await page.get_by_role("listbox").get_by_role("option").first.wait_for(timeout=PATIENCE_MS)
        now = await api(page, "/api/picture")
        cards = [await api(page, f"/api/alarms/{row['alarm_id']}") for row in now["alarms"] if row["track"]]
        # a camera that is turned away may be asked too, and says that it cannot; here one is wanted that can
        chosen = next(card for card in cards if card["cameras"] and card["cameras"][0]["in_sector"])
        origin = re.sub(r"(https?://[^/]+).*", r"\1", page.url)
        await page.goto(f"{origin}/#mode=watch&sel=alarm:{chosen['alarm']['alarm_id']}")
        await page.reload()
        await ready(page)
        await page.get_by_role("button", name=re.compile("^Look again")).wait_for(timeout=PATIENCE_MS)
        await page.keyboard.press("l")
        form = page.locator("section.card").get_by_role("form")
        await expect(form).to_be_visible(timeout=15_000)
        await submit(page)
        await expect(page.locator("section.card img").nth(len(chosen["stills"]))).to_be_visible(timeout=30_000)
        after = await api(page, f"/api/alarms/{chosen['alarm']['alarm_id']}")
        assert any(still["asked_for"] for still in after["stills"])


async def test_the_truth_is_told_when_the_night_ends(demo: Demo, open_page: OpenPage) -> None:
    """Last in this file: it ends the night."""
    async with open_page(demo.link("watch-truth"), expected="404") as page:
        before = await page.request.get(re.sub(r"(https?://[^/]+).*", r"\1", page.url) + "/api/truth")
        assert before.status == 404
        await page.get_by_role("button", name=re.compile("SIMULATED")).click()
        await page.get_by_role("button", name="End the night and tell the truth").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("crossed", timeout=30_000)
        told = await api(page, "/api/truth")
        assert told["alarms"] == sum(told["alarms_by_cause"].values())
        assert told["seen"] <= told["crossed_groups"]
