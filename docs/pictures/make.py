"""Take the pictures of the page that the docs show, from a running demo: `python docs/pictures/make.py`.

Watch in two languages and two sizes, and Plan, at a moment when somebody approaches: an alarm with a sensor's picture
is selected, and map and ribbon show the line near it. Needs Chromium, and Playwright and Pillow from the test extra.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
PICTURES = (
    ("watch", "en", 1920, 1080),
    ("watch", "en", 1366, 768),
    ("watch", "ar", 1920, 1080),
    ("watch", "ar", 1366, 768),
    ("plan", "en", 1920, 1080),
)
NEAR_KM = 45
MOST_BYTES = 400_000
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
            session = sign_in(browser, link)
            for mode, language, width, height in PICTURES:
                take(browser, session, link.split("/#")[0], (mode, language, width, height))
            browser.close()
    finally:
        night.send_signal(signal.SIGINT)
        night.wait(30)


def sign_in(browser: Browser, link: str) -> Any:
    """Use the link, which works once; give the session that it opened."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    wait_ready(page)
    session = context.storage_state()
    context.close()
    return session


def take(browser: Browser, session: Any, address: str, picture: tuple[str, str, int, int]) -> None:
    """Take one picture; the page speaks the language of the browser."""
    mode, language, width, height = picture
    context = browser.new_context(
        storage_state={"cookies": session["cookies"], "origins": []},
        locale=language,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/#mode={mode}")
    wait_ready(page)
    alarm = approaching(page, address)
    at_km = alarm["chainage_m"] / 1000
    stretch = f"{max(0.0, at_km - NEAR_KM):.0f}-{at_km + NEAR_KM:.0f}"
    page.evaluate("(words) => { location.hash = words; }", f"mode={mode}&sel=alarm:{alarm['alarm_id']}&km={stretch}")
    page.locator("section.card img").wait_for(timeout=30_000)
    time.sleep(6)  # the map moves there, and its labels come in
    path = HERE / f"{mode}-{language}-{width}x{height}.png"
    save(page.screenshot(), path)
    sys.stdout.write(f"{path.name}: {alarm['alarm_id']} at km {at_km:.1f}, {path.stat().st_size // 1000} kB\n")
    context.close()


def approaching(page: Page, address: str) -> dict[str, Any]:
    """Wait until a camera has seen somebody approach; give that alarm, best one whose people are still on the way."""
    for _ in range(180):
        alarms = page.request.get(f"{address}/api/picture").json()["alarms"]
        open_ones = [one for one in alarms if one["kind"] == "approach" and one["state"] != "closed"]
        cards = [page.request.get(f"{address}/api/alarms/{one['alarm_id']}").json() for one in open_ones]
        seen = [card for card in cards if card["stills"]]
        if seen:
            return dict(max(seen, key=_how_fresh)["alarm"])
        time.sleep(1)
    raise SystemExit("within three minutes nobody approached whom a camera saw")


def _how_fresh(card: dict[str, Any]) -> tuple[bool, bool, str]:
    track = card["track"]
    return track is not None and track["forecast"] is not None, track is not None, str(card["alarm"]["raised_at"])


def save(screenshot: bytes, path: Path) -> None:
    """Save a picture in 256 colours, so that the docs stay light.

    The few coloured pixels get 96 of them for themselves: by their number they would get hardly one, and the red of
    priority 1 would turn into the orange of priority 2.
    """
    whole = Image.open(BytesIO(screenshot)).convert("RGB")
    pixels = np.asarray(whole).reshape(-1, 3)
    coloured = np.ptp(pixels, axis=1) > 30
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        palette_of(pixels[coloured], 96, Image.Quantize.MAXCOVERAGE)
        + palette_of(pixels[~coloured], 160, Image.Quantize.MEDIANCUT)
    )
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes; at most {MOST_BYTES} are kept in the docs")


def palette_of(pixels: NDArray[np.uint8], number: int, method: Image.Quantize) -> list[int]:
    """Give so many colours that stand for pixels (n, 3), as one list of red, green, blue."""
    row = Image.fromarray(np.ascontiguousarray(pixels[None, :, :]))
    colours = row.quantize(number, method=method).getpalette() or []
    return (colours + [0] * 3 * number)[: 3 * number]


def wait_ready(page: Page) -> None:
    """Wait until the page has drawn its first picture."""
    for _ in range(600):
        if page.evaluate("() => window.vallumReady === true"):
            return
        time.sleep(0.1)
    raise SystemExit("the page did not become ready within 60 s")


if __name__ == "__main__":
    main()
