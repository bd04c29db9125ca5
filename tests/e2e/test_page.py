"""The page is legible for everyone: axe finds nothing, nothing overflows, what is not watched says so."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import orjson
import pytest
from playwright.async_api import expect
from tests.e2e.conftest import SMALL, WIDE, OpenPage, check
from tests.gateways.sapient.frames import frame, point, report, status
from tests.house import House, until

from vallum.assets.sensor import SensorRow
from vallum.centre.night import Night

LANGUAGES = ("en", "ar", "ckb")


def sign_in(house: House, name: str = "watch-9") -> str:
    return f"{house.address}/#enter={house.link('watch officer', name)}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing(running: House, open_page: OpenPage, language: str) -> None:
    await running.alarm()
    async with open_page(sign_in(running), language=language, size=SMALL) as page:
        await page.get_by_role("listbox").get_by_role("option").first.click()
        await expect(page.locator("section.card dl").first).to_be_visible()
        await check(page, "watch, an alarm selected")
        for tab in await page.get_by_role("tab").all():
            await tab.click()
            await check(page, f"watch, tab {await tab.inner_text()}")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await check(page, "help")
        await page.keyboard.press("Escape")
        await page.goto(f"{running.address}/#mode=plan")
        for tab in await page.get_by_role("tab").all():
            await tab.click()
            await check(page, f"plan, tab {await tab.inner_text()}")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_in_any_form_card_or_dialog(running: House, open_page: OpenPage, language: str) -> None:
    alarm, addresses = await everything(running)
    # the track has been lost since: its card says so
    opened = open_page(sign_in(running), language=language, size=SMALL, expected="404")
    tower_id = running.sensor().tower_id
    camera = next(s for s in running.centre.sensors() if (s.kind, s.tower_id) == ("thermal_camera", tower_id))
    async with heard(running, camera), opened as page:

        async def show(selection: str) -> None:
            await page.goto(f"{running.address}/#mode=watch&sel={selection}")
            await expect(page.locator("section.card").get_by_role("heading").first).to_be_visible()

        await show(f"alarm:{alarm}")
        form = page.locator("section.card").get_by_role("form")
        # send, look again, shelve, close, open an incident
        for key in "tlsci":
            await page.keyboard.press(key)
            await expect(form).to_be_visible()
            await check(page, f"form {key}")
            await form.get_by_role("button").last.focus()
            await page.keyboard.press("Escape")
            await expect(form).to_have_count(0)
        for selection in addresses:
            await show(selection)
            await check(page, selection)
        await page.locator("button.simulated").click()
        dialog = page.get_by_role("dialog")
        await check(page, "what simulated means")
        await dialog.locator("button.primary").click()
        await expect(dialog.get_by_role("table").first).to_be_visible(timeout=15_000)
        await check(page, "the truth")


@contextlib.asynccontextmanager
async def heard(house: House, sensor: SensorRow) -> AsyncIterator[None]:
    """Let a sensor say, again and again, that it is well."""
    node = await house.connect(sensor)

    async def speak() -> None:
        while True:
            node.send(frame(house.centre.clock.now_s(), node=sensor.node_id, status_report=status()))
            await asyncio.sleep(0.5)

    speaking = asyncio.create_task(speak())
    try:
        await until(
            lambda: sensor.sensor_id in {row.sensor_id for row in house.centre.sensors() if row.state == "live"}
        )
        yield
    finally:
        speaking.cancel()
        node.hang_up()


async def everything(house: House) -> tuple[str, list[str]]:
    """Put one of each thing there: an alarm that is mine and the addresses of the other cards; the night is over."""
    alarm = (await house.alarm())["alarm_id"]
    await house.post(f"/api/alarms/{alarm}/acknowledge")
    incident = await house.post("/api/incidents", {"kind": "smuggling", "alarm_id": alarm, "note": "sacks"})
    unit = house.centre.units()[0]
    task = await house.post("/api/tasks", {"unit_id": unit.unit_id, "alarm_id": alarm})
    path = house.folder / "truth.json"
    crossing = {"actor_id": "A02", "kind": "person", "count": 3, "at_s": house.centre.clock.now_s() - 60.0}
    crossing |= {"chainage_m": 88_000.0, "direction": "to this side"}
    path.write_bytes(orjson.dumps({"actors": [], "crossings": [crossing]}))
    house.centre.night = Night(house.centre.clock.now(), path, lambda: None, lambda: True)
    sensor = house.sensor()
    addresses = [
        f"incident:{incident['incident_id']}",
        f"task:{task['task_id']}",
        f"unit:{unit.unit_id}",
        f"sensor:{sensor.sensor_id}",
        f"tower:{sensor.tower_id}",
        f"obstacle:{house.centre.journal.rows('obstacles')[0].obstacle_id}",
        "track:999",
    ]
    return str(alarm), addresses


async def test_axe_finds_nothing_at_the_door(running: House, open_page: OpenPage) -> None:
    async with open_page(sign_in(running), expected="401") as page:
        await page.context.clear_cookies()
        await page.reload()
        await expect(page.get_by_role("textbox")).to_be_visible()
        await check(page, "sign-in")


@pytest.mark.parametrize("size", [WIDE, SMALL, (683, 384)])
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_runs_out_of_the_window(
    running: House, open_page: OpenPage, language: str, size: tuple[int, int]
) -> None:
    """The smallest is 1366 x 768 at 200 % zoom."""
    async with open_page(sign_in(running), language=language, size=size) as page:
        over = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(over) <= 0


async def test_a_dead_sensor_is_never_shown_as_clear(running: House, open_page: OpenPage) -> None:
    sensor = running.sensor("ground_radar", 3)
    async with open_page(sign_in(running)) as page:
        figure = page.get_by_role("button", name=re.compile("not watched"))
        nobody_watches = await kilometres(figure.inner_text())
        node = await running.connect(sensor)
        await expect(figure).not_to_contain_text(f"{nobody_watches} not", timeout=15_000)
        seen_now = await kilometres(figure.inner_text())
        assert seen_now < nobody_watches
        node.hang_up()
        await expect(figure).to_contain_text(f"{nobody_watches} not", timeout=30_000)
        stretches = (await running.get("/api/picture"))["watched"]
        assert not [s for s in stretches if s["state"] == "watched"]
        # and the silence itself asks for a person
        await expect(page.get_by_role("option").filter(has_text=sensor.sensor_id)).to_be_visible(timeout=15_000)


async def test_a_report_that_was_set_aside_is_shown_with_its_reason(running: House, open_page: OpenPage) -> None:
    sensor = running.sensor("ground_radar", 3)
    node = await running.connect(sensor)
    now_s = running.centre.clock.now_s()
    node.send(frame(now_s, node=sensor.node_id, detection_report=report(location=point(sensor.lon, 95.0))))
    await until(lambda: bool(running.centre.journal.rows("quarantine")))
    async with open_page(sign_in(running)) as page:
        await page.get_by_role("tab", name=re.compile("Set aside")).click()
        panel = page.get_by_role("tabpanel")
        await expect(panel).to_contain_text("latitude")
        await expect(panel).to_contain_text(sensor.sensor_id)
    node.hang_up()


async def test_a_lost_connection_looks_lost_and_comes_back(running: House, open_page: OpenPage) -> None:
    async with open_page(sign_in(running)) as page:
        await expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
        for subscription in list(running.centre.bus._pages):
            subscription.overflowed = True
            subscription.put(b"")
        await expect(page.get_by_text(re.compile("CONNECTION LOST|CONNECTING"))).to_be_visible(timeout=10_000)
        await expect(page.get_by_text("LIVE", exact=True)).to_be_visible(timeout=20_000)


async def test_a_pasted_address_shows_the_next_shift_the_same_alarm(running: House, open_page: OpenPage) -> None:
    alarm = await running.alarm()
    # whoever walked in has long been lost: the page asks for the track, is told that it ended, and says so
    async with open_page(sign_in(running), expected="404") as page:
        await page.goto(f"{running.address}/#mode=watch&sel=alarm:{alarm['alarm_id']}&km=0-300")
        await page.reload()
        await expect(page.locator("[role=option][aria-selected=true]")).to_be_visible(timeout=20_000)
        assert "km=0-300" in page.url


async def kilometres(text: object) -> float:
    words = await text if asyncio.iscoroutine(text) else text
    found = re.search(r"([\d.]+) not watched", str(words))
    assert found is not None, words
    return float(found.group(1)) if "." in found.group(1) else int(found.group(1))
