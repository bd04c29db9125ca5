"""A real browser on the real page, and a demo night that runs beside the tests."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

VALLUM = Path(sys.executable).with_name("vallum")
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
WIDE, SMALL = (1920, 1080), (1366, 768)
OBSERVED_S = 12.0
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@dataclass(frozen=True)
class Demo:
    """A simulated night that runs."""

    address: str
    folder: Path

    def link(self, name: str, role: str = "watch officer") -> str:
        """Ask for a sign-in link with the command a person would use."""
        command = [str(VALLUM), "user", "invite", name, "--role", role, "--dir", str(self.folder), "--json"]
        told = subprocess.run(
            [*command, "--address", self.address], check=True, capture_output=True, text=True, timeout=60
        )
        return str(json.loads(told.stdout)["link"])


class OpenPage(Protocol):
    """Open the page in a fresh browser context and wait until it has drawn its first picture."""

    def __call__(
        self,
        link: str,
        *,
        language: str = "en",
        size: tuple[int, int] = WIDE,
        expected: str = "",
        before: str = "",
    ) -> AbstractAsyncContextManager[Page]: ...


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Debian's browser is."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine: the page is not tested (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo as a newcomer would, for as long as a file of tests needs it."""
    folder = tmp_path_factory.mktemp("demo")
    command = [str(VALLUM), "demo", "--dir", str(folder), "--no-browser", "--port", "0", "--seed", "1"]
    night = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert night.stdout is not None
    address = ""
    for line in night.stdout:
        found = re.search(r"(http://\S+)/#enter=", line)
        if found:
            address = found.group(1)
        if "Ctrl-C" in line:
            break
    yield Demo(address, folder)
    told_at = time.monotonic()
    night.send_signal(signal.SIGINT)
    said, _ = night.communicate(timeout=60)
    took_s = time.monotonic() - told_at
    assert night.returncode == 0
    assert "What really happened" in said
    # three seconds are what it waits for at most (tests/server/test_run.py); a busy machine adds its own
    assert took_s < OBSERVED_S, f"Ctrl-C took {took_s:.1f} s"


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Start the browser for one test."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
def open_page(browser: Browser) -> OpenPage:
    """Give the function that opens the page; an error in its console that is not `expected` fails the test.

    The script `before` runs before the page's own.
    """

    @asynccontextmanager
    async def opened(
        link: str,
        *,
        language: str = "en",
        size: tuple[int, int] = WIDE,
        expected: str = "",
        before: str = "",
    ) -> AsyncIterator[Page]:
        context = await browser.new_context(
            locale=language, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        if before:
            await page.add_init_script(before)
        await page.goto(link)
        await ready(page)
        yield page
        await context.close()
        unexpected = [fault for fault in faults if not expected or expected not in fault]
        assert not unexpected, unexpected

    return opened


async def ready(page: Page) -> None:
    """Wait until the page has drawn its first picture."""
    async with asyncio.timeout(60):
        while not await page.evaluate("() => window.vallumReady === true"):  # noqa: ASYNC110  # it is another process
            await asyncio.sleep(0.1)


async def check(page: Page, where: str) -> None:
    """Let axe look at the page as it is."""
    found = await Axe().run(page, options=RULES)
    told = [f"{v['id']}: {[node['html'] for node in v['nodes']][:3]}" for v in found.response["violations"]]
    assert not told, (where, told)
