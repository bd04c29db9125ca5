"""Take the pictures of the page that the docs show, from a running demo: `python docs/pictures/make.py`.

Names given after it, as `hold` or `sight-line`, take only those.

Watch in two languages and two sizes, and Plan, at a moment when somebody approaches: an alarm with a sensor's picture
is selected, and map and ribbon show the line near it. Then what is seen of the ground: a stretch that a silent sensor
lost, a tower tried elsewhere, one line of sight; and how the line is held. Needs Chromium, and Playwright and Pillow
from the test extra.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

Picture = tuple[str, str, int, int]
HERE = Path(__file__).parent
PICTURES = (
    ("watch", "en", 1920, 1080),
    ("watch", "en", 1366, 768),
    ("watch", "ar", 1920, 1080),
    ("watch", "ar", 1366, 768),
    ("plan", "en", 1920, 1080),
)
SIGHT_PICTURES = (
    ("sight-lost", "en", 1920, 1080),
    ("sight-lost", "ar", 1366, 768),
    ("sight-whatif", "en", 1920, 1080),
    ("sight-whatif", "ar", 1366, 768),
    ("sight-line", "en", 1920, 1080),
    ("sight-line", "ar", 1366, 768),
)
HOLD_PICTURES = (
    ("hold", "en", 1920, 1080),
    ("hold", "ar", 1366, 768),
    ("hold-whatif", "en", 1920, 1080),
    ("hold-whatif", "ar", 1366, 768),
)
HOLD_CASE, HOLD_NEAR_KM = "night-foot", 12
NEAR_KM = 45
LOST_NEAR_KM = 12
# A tower at the edge of a gap, and where in the gap it is tried.
TRIED, TRIED_AT_KM, TRIED_SHOWN_KM = "T-23", 205, "180-235"
# From a tower at the foot of the mountain to a place on the line that the ground hides, perhaps.
LOOKS_FROM, MAST_M, LOOKS_TO, LOOK_SHOWN_KM = "T-12", 25, "km 116", "105-122"
# Slow enough for a sensor to be silent still when all pictures of it are taken.
SPEED = 2
MOST_BYTES = 400_000
BROWSER = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]


def main() -> None:
    """Run a demo and photograph it."""
    vallum = Path(sys.executable).with_name("vallum")
    night = subprocess.Popen(
        [str(vallum), "demo", "--no-browser", "--port", "0", "--seed", "1", "--speed", str(SPEED)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert night.stdout is not None
        link = next(found.group(0) for line in night.stdout if (found := re.search(r"http://\S+#enter=\S+", line)))
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
            photograph(browser, sign_in(browser, link), link.split("/#")[0])
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


def photograph(browser: Browser, session: Any, address: str) -> None:
    """Take all pictures; those of the approach first, for it does not wait."""
    for picture in asked(PICTURES):
        with opened(browser, session, address, picture) as page:
            near(page, address, picture[0])
            keep(page, picture)
    for picture in sorted(asked(SIGHT_PICTURES), key=lambda one: one[0] != "sight-lost"):
        with opened(browser, session, address, picture) as page:
            {"sight-lost": lost, "sight-whatif": what_if, "sight-line": sight_line}[picture[0]](page, address)
            keep(page, picture)
    for picture in asked(HOLD_PICTURES):
        with opened(browser, session, address, picture) as page:
            holding(page, address, tried=picture[0] == "hold-whatif")
            keep(page, picture)


def asked(pictures: tuple[Picture, ...]) -> list[Picture]:
    """Give those whose names were given; all of them when none was."""
    return [picture for picture in pictures if not sys.argv[1:] or picture[0] in sys.argv[1:]]


@contextlib.contextmanager
def opened(browser: Browser, session: Any, address: str, picture: Picture) -> Iterator[Page]:
    """Open the page; it speaks the language of the browser."""
    _, language, width, height = picture
    context = browser.new_context(
        storage_state={"cookies": session["cookies"], "origins": []},
        locale=language,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    wait_ready(page)
    yield page
    context.close()


def keep(page: Page, picture: Picture) -> None:
    """Save what the page shows once it has come to rest."""
    time.sleep(6)  # the map moves there, and its labels come in
    name, language, width, height = picture
    path = HERE / f"{name}-{language}-{width}x{height}.png"
    save(page.screenshot(), path)
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB\n")


def go(page: Page, words: str) -> None:
    """Go to another address of the page."""
    page.evaluate("(words) => { location.hash = words; }", words)


def near(page: Page, address: str, mode: str) -> None:
    """Show the alarm of somebody who approaches."""
    go(page, f"mode={mode}")
    alarm = approaching(page, address)
    at_km = alarm["chainage_m"] / 1000
    stretch = f"{max(0.0, at_km - NEAR_KM):.0f}-{at_km + NEAR_KM:.0f}"
    go(page, f"mode={mode}&sel=alarm:{alarm['alarm_id']}&km={stretch}")
    page.locator("section.card img").wait_for(timeout=30_000)


def lost(page: Page, address: str) -> None:
    """Show the longest stretch that a sensor's silence lost."""
    for _ in range(400):
        now = page.request.get(f"{address}/api/picture").json()
        dead = {sensor["sensor_id"] for sensor in now["sensors"] if sensor["state"] == "dead"}
        lane = [one for one in now["watched"] if one["p_low"] is not None]
        found = [one for one in lane if one["state"] == "lost" and dead & set(one["sensors"])]
        if found:
            break
        time.sleep(1)
    else:
        raise SystemExit("within seven minutes no sensor fell silent that sight lines had counted")
    longest = max(found, key=lambda one: one["to_m"] - one["from_m"])
    middle_m = (longest["from_m"] + longest["to_m"]) / 2
    at_km = middle_m / 1000
    go(page, f"mode=watch&sel=stretch:{middle_m:.0f}&km={at_km - LOST_NEAR_KM:.0f}-{at_km + LOST_NEAR_KM:.0f}")


def what_if(page: Page, address: str) -> None:
    """Try a tower elsewhere."""
    go(page, f"mode=plan&km={TRIED_SHOWN_KM}")
    page.locator("#tab-sight").click()
    page.locator("#tab-panel section select").select_option(TRIED)
    page.locator("section.card input[type=number]").first.fill(str(TRIED_AT_KM))
    page.keyboard.press("Tab")
    page.locator("section.card .result").wait_for(timeout=30_000)
    page.locator("section.card input[type=number]").nth(1).blur()


def sight_line(page: Page, address: str) -> None:
    """Look along one line of sight."""
    towers = page.request.get(f"{address}/api/frontier").json()["towers"]
    tower = next(one for one in towers if one["tower_id"] == LOOKS_FROM)
    go(page, f"mode=plan&km={LOOK_SHOWN_KM}")
    page.locator("#tab-sight").click()
    places, heights = (page.locator(f"#tab-panel .end input[{kind}]") for kind in ("maxlength", "type=number"))
    places.nth(0).fill(f"{tower['lat']:.5f}, {tower['lon']:.5f}")
    heights.nth(0).fill(str(MAST_M))
    places.nth(1).fill(LOOKS_TO)
    page.locator("#tab-panel figure canvas").wait_for(timeout=30_000)
    places.nth(1).blur()
    places.nth(0).evaluate("(field) => field.closest('section').scrollIntoView({ block: 'nearest' })")
    page.locator("#tab-panel figure canvas").evaluate("(chart) => chart.scrollIntoView({ block: 'nearest' })")


def holding(page: Page, address: str, *, tried: bool) -> None:
    """Show the gap nearest to being held, and what a tower there would change."""
    go(page, f"mode=plan&hold={HOLD_CASE}")
    page.locator("#tab-hold").click()
    page.locator(".big").wait_for(timeout=180_000)
    page.locator("progress").wait_for(state="detached", timeout=180_000)
    gaps = page.request.get(f"{address}/api/hold/case?case={HOLD_CASE}").json()["gaps"]
    seen = [gap for gap in gaps if gap["margin_min_s"] > 0 and len(gap["course"]) > 4] or gaps
    gap = max(seen, key=lambda gap: gap["p_interruption_min"])
    around = f"{max(0, gap['at_km'] - HOLD_NEAR_KM):.0f}-{gap['at_km'] + HOLD_NEAR_KM:.0f}"
    go(page, f"mode=plan&hold={HOLD_CASE}&sel=gap:{HOLD_CASE}:{gap['at_km']:g}&km={around}")
    page.locator(".tries button").first.wait_for(timeout=30_000)
    if tried:
        page.locator(".tries button").nth(2).click()
        page.locator("section[aria-label] table .other").first.wait_for(timeout=30_000)


def approaching(page: Page, address: str) -> dict[str, Any]:
    """Wait until a camera has seen somebody approach; give that alarm, best one whose people are still on the way."""
    for _ in range(300):
        alarms = page.request.get(f"{address}/api/picture").json()["alarms"]
        open_ones = [one for one in alarms if one["kind"] == "approach" and one["state"] != "closed"]
        cards = [page.request.get(f"{address}/api/alarms/{one['alarm_id']}").json() for one in open_ones]
        seen = [card for card in cards if card["stills"]]
        if seen:
            return dict(max(seen, key=_how_fresh)["alarm"])
        time.sleep(1)
    raise SystemExit("within five minutes nobody approached whom a camera saw")


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
