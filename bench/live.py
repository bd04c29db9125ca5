"""Claim: 300 detections a second from 40 sensors reach the page within a second, and nothing is lost.

One command, `python bench/live.py`: it starts a centre (`vallum serve`), 40 simulated radars that follow 300 moving
targets over TCP in a process of their own, and a real page in Chromium with its map paused (a second, unpaused page is
measured afterwards for the painted latency). Every target moves steadily along the line, so that a track's chainage
tells which detection it has taken in: latency is the time at which the page's store held that chainage, less the time
at which the detection was written to the socket. Nothing inside the centre is asked.

The last line is one JSON object. `--memory-minutes 10` goes on and compares resident memory in minute 10 and minute 2.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright
from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.centre.folder import open_project, prepare
from vallum.frontier.line import Frontier
from vallum.journal.clock import Clock
from vallum.server.trackframe import HEADER, ROW
from vallum.simulate import messages
from vallum.simulate.faults import Faults
from vallum.simulate.node import Node
from vallum.simulate.sensing import Report, ulid

SENSORS = 40
TARGETS = 300  # each is reported once a second
SPEED_M_S = 10.0
LEG_S = 100.0  # then the targets turn round
SPACING_M = 1100.0
OFFSET_M = -500.0
WARM_UP_S = 12.0
PAINTED_S = 15.0  # with the map drawing, after the measurement
BROWSER = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
GEOD = Geod(ellps="WGS84")
NO_FAULTS = Faults(
    silent_index=None,
    silent_from_s=0.0,
    silent_until_s=0.0,
    fast_index=None,
    swapping_index=None,
    swaps_s=(),
    alerts=(),
)

# rows of the frame, when the page's store held them and when they were painted, unix seconds
Frame = tuple[np.ndarray[Any, Any], float, float | None]

KEEP_FRAMES = """() => {
  const Native = window.WebSocket;
  window.benchFrames = [];
  window.WebSocket = class extends Native {
    constructor(...words) {
      super(...words);
      this.addEventListener('message', (event) => {
        if (event.data instanceof ArrayBuffer) {
          const bytes = new Uint8Array(event.data);
          let text = '';
          for (let at = 0; at < bytes.length; at += 8192)
            text += String.fromCharCode(...bytes.subarray(at, at + 8192));
          window.benchFrames.push(btoa(text));
        }
      });
    }
  };
}"""


@dataclass(frozen=True)
class Target:
    """One thing that moves along the line in front of one sensor."""

    number: int
    sensor: Sensor
    middle_m: float

    def chainage_m(self, since_s: float) -> float:
        """Go forth and back, `LEG_S` seconds each way."""
        within = since_s % (2 * LEG_S)
        along = within if within < LEG_S else 2 * LEG_S - within
        return self.middle_m + SPEED_M_S * (along - LEG_S / 2)


def radars(frontier: Frontier) -> list[Sensor]:
    """Invent radars at equal distances along the line, each with its own stretch."""
    found = []
    for number in range(SENSORS):
        chainage_m = (number + 0.5) * frontier.map_length_m / SENSORS
        lon, lat = frontier.point_at(chainage_m, 300.0)
        found.append(
            Sensor(
                sensor_id=f"B-{number:02d}",
                kind="ground_radar",
                node_id=str(uuid.UUID(int=(0xBE7C << 112) | number | (4 << 76) | (2 << 62))),
                lon=lon,
                lat=lat,
                mast_m=20.0,
                bearing_deg=0.0,
                sector_deg=360.0,
                range_person_m=7000.0,
                range_vehicle_m=9000.0,
                party="national_guard",
                simulated=True,
                performance_source="invented for a bench",
            )
        )
    return found


def targets(sensors: list[Sensor], frontier: Frontier) -> list[Target]:
    """Share the targets out among the sensors."""
    found = []
    for number in range(TARGETS):
        sensor = sensors[number % SENSORS]
        place = number // SENSORS - (TARGETS // SENSORS) / 2
        middle_m = frontier.locate(sensor.lon, sensor.lat).chainage_m + place * SPACING_M
        found.append(Target(number, sensor, middle_m))
    return found


def write_project(folder: Path) -> Frontier:
    """Take the packaged frontier with the bench's radars instead of its sensors."""
    prepare(folder, "iraq-syria")
    frontier = open_project(folder).frontier
    columns = list(Sensor.model_fields)
    with (folder / "sensors.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for sensor in radars(frontier):
            values = sensor.model_dump()
            writer.writerow({name: _cell(value) for name, value in values.items()})
    return frontier


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


# --- the sensors, in a process of their own -------------------------------------------------------------------------


async def speak(folder: Path, port: int, start_s: float, until_s: float) -> None:
    """Report every target once a second; print when each detection was written."""
    project = open_project(folder)
    sensors = list(project.sensors)
    clock = Clock.machine()
    nodes = {
        sensor.sensor_id: Node(
            sensor,
            index,
            host="127.0.0.1",
            port=port,
            clock=clock,
            faults=NO_FAULTS,
            blind=lambda index, at_s: None,
            picture=lambda index, azimuth_deg, distance_m, at_s: b"",
            progress=lambda words: print(words, file=sys.stderr),
        )
        for index, sensor in enumerate(sensors)
    }
    running = [asyncio.create_task(node.run()) for node in nodes.values()]
    everything = targets(sensors, project.frontier)
    objects = {target.number: ulid(start_s, target.number) for target in everything}
    sent = {sensor.sensor_id: (0, "") for sensor in sensors}
    log = []
    step = 1.0 / TARGETS
    tick = 0
    while time.time() < until_s:
        due_s = start_s + tick * step
        await asyncio.sleep(max(0.0, due_s - time.time()))
        target = everything[tick % TARGETS]
        tick += 1
        at_s = time.time()
        chainage_m = target.chainage_m(at_s - start_s)
        lon, lat = project.frontier.point_at(chainage_m, OFFSET_M)
        azimuth_deg, _, range_m = GEOD.inv(target.sensor.lon, target.sensor.lat, lon, lat)
        report_id = ulid(at_s, tick)
        report = Report(
            sensor_index=0,
            report_id=report_id,
            object_id=objects[target.number],
            at_s=at_s,
            azimuth_deg=azimuth_deg % 360.0,
            azimuth_sd_deg=0.03,
            range_m=range_m,
            range_sd_m=3.0,
            classes=(("Vehicle", 0.8),),
            confidence=0.8,
            count=None,
            with_still=False,
            actor_id=None,
        )
        if nodes[target.sensor.sensor_id].send(messages.detection(target.sensor, report, at_s)):
            sent[target.sensor.sensor_id] = (sent[target.sensor.sensor_id][0] + 1, report_id)
            log.append((target.number, at_s, chainage_m))
    await asyncio.sleep(2.0)
    print(json.dumps({"sent": sent, "log": log}))
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


# --- the page -------------------------------------------------------------------------------------------------------


def frames_of(page: Page) -> list[Frame]:
    """Give each track frame that the page took: its rows, when the store held them, when they were painted (unix s)."""
    origin_s = float(page.evaluate("() => performance.timeOrigin")) / 1000.0
    # both at one moment: frames come all the while
    kept, timings = page.evaluate("() => [window.benchFrames, window.vallumStore.frames]")
    found = []
    for text, timing in zip(kept[-len(timings) :], timings, strict=True):
        content = base64.b64decode(text)
        _, _, _, count, time_s = HEADER.unpack_from(content)
        assert abs(time_s - timing["time_s"]) < 1e-6, "frames and timings do not belong together"
        rows = np.frombuffer(content, dtype=ROW, offset=HEADER.size, count=count)
        painted = timing["painted_ms"]
        found.append(
            (rows, origin_s + timing["stored_ms"] / 1e3, None if painted is None else origin_s + painted / 1e3)
        )
    return found


def latencies(
    frames: list[Frame], log: list[list[float]], middles_m: list[float], from_s: float, until_s: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int]:
    """Give stored and painted seconds of each detection, and how many never arrived.

    A detection has arrived with the first frame in which its target's track is as far as the detection was: targets
    keep to corridors of their own and, within a leg, only go forward.
    """
    chainage = np.concatenate([rows["chainage_m"] for rows, _, _ in frames]).astype(np.float64)
    stored = np.concatenate([np.full(len(rows), at) for rows, at, _ in frames])
    painted = np.concatenate([np.full(len(rows), np.nan if at is None else at) for rows, _, at in frames])
    found, drawn, missing = [], [], 0
    sent_by_target: dict[int, list[tuple[float, float]]] = {}
    for number, sent_s, place_m in log:
        if from_s <= sent_s <= until_s:
            sent_by_target.setdefault(int(number), []).append((sent_s, place_m))
    for number, sent in sent_by_target.items():
        own = np.flatnonzero(np.abs(chainage - middles_m[number]) < SPACING_M / 2)
        furthest = np.maximum.accumulate(chainage[own])
        for sent_s, place_m in sent:
            first = int(np.searchsorted(furthest, place_m - SPEED_M_S / 2))
            if first == len(own):
                missing += 1
                continue
            found.append(stored[own[first]] - sent_s)
            drawn.append(painted[own[first]] - sent_s)
    return np.array(found), np.array(drawn), missing


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=60.0, help="how long to measure, at most 70")
    words.add_argument("--memory-minutes", type=float, default=0.0, help="go on and compare memory with minute 2")
    words.add_argument("--speak", nargs=4, metavar=("DIR", "PORT", "START", "UNTIL"), help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.speak:
        folder, port, start, until = chosen.speak
        asyncio.run(speak(Path(folder), int(port), float(start), float(until)))
        return
    with tempfile.TemporaryDirectory(prefix="vallum-bench-") as place:
        print(json.dumps(measure(Path(place), chosen.seconds, chosen.memory_minutes)))


def measure(folder: Path, seconds: float, memory_minutes: float) -> dict[str, Any]:
    """Run it all once."""
    frontier = write_project(folder)
    middles_m = [target.middle_m for target in targets(radars(frontier), frontier)]
    with (
        serving(folder) as (centre, address, sapient_port, token),
        sync_playwright() as browsers,
        httpx.Client(base_url=address) as client,
    ):
        page = open_page(browsers, f"{address}/?paused#enter={token}")
        start_s = time.time() + 8.0
        until_s = start_s + max(WARM_UP_S + seconds + PAINTED_S, memory_minutes * 60.0)
        speaker = subprocess.Popen(
            [sys.executable, __file__, "--speak", str(folder), str(sapient_port), str(start_s), str(until_s)],
            stdout=subprocess.PIPE,
            text=True,
        )
        memory: dict[int, int] = {}
        say(f"page open, {TARGETS} targets before {SENSORS} radars from {start_s - time.time():.0f} s on")
        frames: list[Frame] = []
        measured = False
        while speaker.poll() is None and time.time() < until_s + 1.0:
            time.sleep(0.5)
            minute = int((time.time() - start_s) // 60) + 1
            if time.time() >= start_s:
                memory[minute] = max(memory.get(minute, 0), psutil.Process(centre.pid).memory_info().rss)
            if not measured and time.time() > start_s + WARM_UP_S + seconds:
                measured = True
                say("measured with the map paused; now it draws")
                page.evaluate("() => window.vallumPauseMap(false)")
            if measured and not frames and time.time() > start_s + WARM_UP_S + seconds + PAINTED_S:
                frames = frames_of(page)
                page.evaluate("() => window.vallumPauseMap(true)")
        output, _ = speaker.communicate(timeout=60)
        told = json.loads(output.splitlines()[-1])
        time.sleep(1.0)
        client.post("/api/enter", json={"token": invite(folder, "bench-2")})
        stored = {pulse["sensor_id"]: pulse for pulse in client.get("/api/picture").json()["pulse"]["sensors"]}
        paused_until_s = start_s + WARM_UP_S + seconds
        stored_s, _, missing = latencies(frames, told["log"], middles_m, start_s + WARM_UP_S, paused_until_s)
        _, drawn_s, _ = latencies(frames, told["log"], middles_m, paused_until_s, paused_until_s + PAINTED_S - 3.0)
        lost = {
            name: [count, stored[name]["stored"]]
            for name, (count, last) in told["sent"].items()
            if stored[name]["stored"] != count or stored[name]["last_report_id"] != last
        }
        sent = sum(count for count, _ in told["sent"].values())
        result = {
            "bench": "live",
            "sensors": SENSORS,
            "targets": TARGETS,
            "detections_sent": sent,
            "detections_per_s": round(sent / (until_s - start_s), 1),
            "lost_up_to_stored_cursors": lost,
            "matched": len(stored_s),
            "unmatched": missing,
            "stored_p50_s": round(float(np.percentile(stored_s, 50)), 3),
            "stored_p95_s": round(float(np.percentile(stored_s, 95)), 3),
            "stored_max_s": round(float(stored_s.max()), 3),
            "painted_p95_s": round(float(np.nanpercentile(drawn_s, 95)), 3) if np.isfinite(drawn_s).any() else None,
            "memory_mb_by_minute": {minute: round(rss / 2**20, 1) for minute, rss in memory.items()},
        }
        last = max(memory)
        if last >= 10 and 2 in memory:
            result["memory_minute_10_over_2"] = round(memory[10] / memory[2], 3)
        return result


def open_page(browsers: Any, link: str) -> Page:
    """Open the page in Chromium and wait until it has drawn its first picture."""
    browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
    page: Page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(f"({KEEP_FRAMES})()")
    page.goto(link)
    until = time.time() + 60.0
    while not page.evaluate("() => window.vallumReady === true"):
        if time.time() > until:
            raise SystemExit("the page did not become ready within 60 s")
        time.sleep(0.1)
    return page


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, int, str]]:
    """Run `vallum serve`; give the process, the page's address, the sensors' port and a sign-in token."""
    vallum = Path(sys.executable).with_name("vallum")
    command = [str(vallum), "serve", str(folder), "--port", "0", "--sapient-port", "0"]
    centre = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert centre.stdout is not None
    told = ""
    for line in centre.stdout:
        told += line
        if "Ctrl-C" in line:
            break
    address, port = re.search(r"http://[\d.]+:\d+", told), re.search(r"connect to [\d.]+:(\d+)", told)
    if address is None or port is None:
        raise SystemExit(f"the centre did not start: {told}")
    try:
        yield centre, address.group(0), int(port.group(1)), invite(folder, "bench-1")
    finally:
        centre.terminate()
        centre.wait(10)


def invite(folder: Path, name: str) -> str:
    """Ask for a one-time token with the command a person would use."""
    vallum = Path(sys.executable).with_name("vallum")
    command = [str(vallum), "user", "invite", name, "--role", "watch officer", "--dir", str(folder), "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return str(told["link"]).split("#enter=")[1]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
