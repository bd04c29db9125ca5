"""Take the pictures of the page that the docs show, from a running demo: `python docs/pictures/make.py`.

Two languages, two sizes, at the moment when somebody approaches and an alarm is selected.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SIZES = ((1920, 1080), (1366, 768))
LANGUAGES = ("en", "ar")
BROWSER = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]


def main() -> None:
    """Run a demo and photograph it."""
    vallum = Path(sys.executable).with_name("vallum")
    night = subprocess.Popen(
        [str(vallum), "demo", "--no-browser", "--port", "0", "--seed", "1"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert night.stdout is not None
        link = next(found.group(0) for line in night.stdout if (found := re.search(r"http://\S+#enter=\S+", line)))
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(link)
            wait_ready(page)
            page.get_by_role("listbox").get_by_role("option").first.wait_for(timeout=120_000)
            for language in LANGUAGES:
                for width, height in SIZES:
                    page.set_viewport_size({"width": width, "height": height})
                    page.evaluate("(words) => { location.hash = words; }", f"mode=watch&lang={language}")
                    page.reload()
                    wait_ready(page)
                    page.get_by_role("listbox").get_by_role("option").first.click()
                    time.sleep(6)  # the picture of the sensor and the map's labels come in
                    page.screenshot(path=HERE / f"watch-{language}-{width}x{height}.png")
            browser.close()
    finally:
        night.send_signal(signal.SIGINT)
        night.wait(10)


def wait_ready(page: Page) -> None:
    """Wait until the page has drawn its first picture."""
    for _ in range(600):
        if page.evaluate("() => window.vallumReady === true"):
            return
        time.sleep(0.1)
    raise SystemExit("the page did not become ready within 60 s")


if __name__ == "__main__":
    main()
