"""How does the night run: one look a second by the centre's clock, each sensor speaking over its own line?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vallum.journal.clock import Clock
from vallum.simulate import faults as going_wrong
from vallum.simulate import messages, performance, truth
from vallum.simulate.faults import Faults
from vallum.simulate.node import Node
from vallum.simulate.posts import Pairs, clear
from vallum.simulate.sensing import Held, Report, look, ulid, weather_shares
from vallum.simulate.still import View, Warm, still_png
from vallum.simulate.world import World

LOOK_EVERY_S = 1.0  # scenario seconds
SHORTEST_SLEEP_S = 0.02  # machine seconds: at high speed several looks follow each other
FURTHEST_BEHIND_S = 15.0  # scenario seconds; older looks are left out rather than sent late
TRUTH_EVERY_S = 5.0  # machine seconds
BLIND_BELOW = 0.08
PICTURE_HALF_DEG = 6.0


async def run(
    world: World,
    *,
    host: str,
    port: int,
    clock: Clock,
    end_s: float | None = None,
    truth_path: Path | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> None:
    """Run a night against a centre until its end, or until cancelled; both ways stop cleanly and tell the truth.

    Parameters
    ----------
    world
        The night. It runs from where the clock is; what was before is not made up for.
    host, port
        Where the centre's SAPIENT endpoint listens.
    clock
        The centre's clock.
    end_s
        Unix seconds by that clock; the world's own end when not given.
    truth_path
        Where the truth is written every few seconds and at the end.
    progress
        Takes a line of words now and then.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> import numpy as np
    >>> from affine import Affine
    >>> from vallum.frontier.line import Frontier
    >>> from vallum.terrain.elevation import Elevation
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> flat = Elevation(np.zeros((80, 80)), Affine(0.01, 0, 40.6, 0, -0.01, 36.6), source="doctest")
    >>> dusk = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)
    >>> world = World.drawn(frontier, flat, [], [], seed=1, start=dusk, end=dusk + timedelta(seconds=5))
    >>> asyncio.run(run(world, host="127.0.0.1", port=9, clock=Clock(dusk, time.time(), 100.0)))
    """
    sensing = _Sensing(world)
    wrong = faults_of(world)
    nodes = [
        Node(
            sensor,
            index,
            host=host,
            port=port,
            clock=clock,
            faults=wrong,
            blind=sensing.blind,
            picture=sensing.picture,
            progress=progress,
        )
        for index, sensor in enumerate(world.posts.sensors)
    ]
    shown = truth.Shown()
    lines = [asyncio.create_task(node.run()) for node in nodes]
    until_s = min(end_s, world.end_s) if end_s is not None else world.end_s
    try:
        await _looks(world, sensing, nodes, wrong, clock, until_s, shown, truth_path, progress)
    finally:
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        if truth_path is not None:
            truth.write(truth_path, truth.told(world, shown, min(clock.now_s(), until_s)))
        sent, lost = sum(node.counts.sent for node in nodes), sum(node.counts.lost for node in nodes)
        progress(f"night over: {sent} messages sent, {lost} not sent")


def faults_of(world: World) -> Faults:
    """Return the faults of a world's night; sensors that see the opening approach are spared.

    Examples
    --------
    See `run`.
    """
    spared: set[int] = set()
    for journey in world.journeys[:1]:
        first = journey.at(world.start_s)
        if first is not None:
            spared = {int(index) for index in world.posts.pairs((first,)).sensor}
    return going_wrong.drawn(
        world.seed, len(world.posts.sensors), start_s=world.start_s, end_s=world.end_s, spared=spared
    )


async def _looks(
    world: World,
    sensing: _Sensing,
    nodes: list[Node],
    wrong: Faults,
    clock: Clock,
    until_s: float,
    shown: truth.Shown,
    truth_path: Path | None,
    progress: Callable[[str], None],
) -> None:
    sensor_ids = [node.sensor.sensor_id for node in nodes]
    next_s = max(np.ceil(clock.now_s()), world.start_s)
    told_machine_s = -np.inf
    said_hour = -1
    while next_s <= until_s:
        now_s = clock.now_s()
        if now_s < next_s:
            await asyncio.sleep(max((next_s - now_s) / clock.speed, SHORTEST_SLEEP_S))
            continue
        if now_s - next_s > FURTHEST_BEHIND_S:
            next_s = np.floor(now_s)
        reports = sensing.reports(next_s)
        _send(sensing, nodes, wrong, reports, next_s)
        shown.add(reports, sensor_ids)
        next_s += LOOK_EVERY_S
        if truth_path is not None and time.monotonic() - told_machine_s > TRUTH_EVERY_S:
            told_machine_s = time.monotonic()
            truth.write(truth_path, truth.told(world, shown, next_s - LOOK_EVERY_S))
        hour = int((next_s - world.start_s) // 3_600.0)
        if hour != said_hour:
            said_hour = hour
            up = sum(node.counts.connections > 0 for node in nodes)
            progress(f"hour {hour} of the night: {up} of {len(nodes)} sensors have reached the centre")
        # Other lines get their turn even when looks are behind.
        await asyncio.sleep(0)


def _send(sensing: _Sensing, nodes: list[Node], wrong: Faults, reports: tuple[Report, ...], t_s: float) -> None:
    for report in reports:
        node = nodes[report.sensor_index]
        still = sensing.still_of(report) if report.with_still else None
        node.send(messages.detection(node.sensor, report, node.own_time_s(t_s), still_png=still))
    before_s = t_s - LOOK_EVERY_S
    if wrong.swapping_index is not None and any(before_s < at_s <= t_s for at_s in wrong.swaps_s):
        node = nodes[wrong.swapping_index]
        swapped = _nothing(wrong.swapping_index, node.sensor.node_id, t_s)
        node.send(messages.detection(node.sensor, swapped, node.own_time_s(t_s), swapped_axes=True))
    for alert in wrong.alerts:
        if before_s < alert.at_s <= t_s:
            node = nodes[alert.sensor_index]
            own_s = node.own_time_s(t_s)
            alert_id = ulid(own_s, node.sensor.node_id, "alert")
            node.send(messages.tamper_alert(node.sensor, own_s, alert_id=alert_id, words=alert.words))


def _nothing(index: int, node_id: str, t_s: float) -> Report:
    return Report(
        sensor_index=index,
        report_id=ulid(t_s, node_id, "swapped report"),
        object_id=ulid(t_s, node_id, "swapped object"),
        at_s=t_s,
        azimuth_deg=None,
        azimuth_sd_deg=0.0,
        range_m=0.0,
        range_sd_m=50.0,
        classes=(("Human", 0.5), ("Animal", 0.3), ("Vehicle", 0.2)),
        confidence=0.5,
        count=None,
        with_still=False,
        actor_id=None,
    )


class _Sensing:
    """The world as its sensors meet it: looks in order, pictures on request."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._truly = performance.drawn(world.seed, world.posts.sensors)
        posts = world.posts
        self._chainage_m = (
            world.frontier.locate(posts.lon, posts.lat).chainage_m if posts.sensors else np.zeros(0, dtype=np.float64)
        )
        self._held = Held()

    def reports(self, t_s: float) -> tuple[Report, ...]:
        self._held, reports = look(self.world, self._truly, self._chainage_m, self._held, t_s)
        return reports

    def blind(self, index: int, t_s: float) -> str | None:
        share = weather_shares(self.world, self._chainage_m, t_s)[index]
        if share >= BLIND_BELOW:
            return None
        return "dust" if self.world.weather.dust(t_s, self._chainage_m[index]) > 0.5 else "dark"

    def still_of(self, report: Report) -> bytes:
        azimuth_deg = report.azimuth_deg if report.azimuth_deg is not None else 0.0
        found = [actor for actor in self.world.actors_at(report.at_s) if actor.actor_id == report.actor_id]
        distance_m = report.range_m
        for actor in found:
            pairs = self.world.posts.pairs((actor,))
            mine = np.nonzero(pairs.sensor == report.sensor_index)[0]
            if len(mine):
                azimuth_deg, distance_m = float(pairs.azimuth_deg[mine[0]]), float(pairs.distance_m[mine[0]])
        return self.picture(report.sensor_index, azimuth_deg, distance_m, report.at_s)

    def picture(self, index: int, azimuth_deg: float, distance_m: float, t_s: float) -> bytes:
        posts = self.world.posts
        actors = self.world.actors_at(t_s)
        pairs = posts.pairs(actors)
        off_axis_deg = np.abs((pairs.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0)
        near = (pairs.sensor == index) & (off_axis_deg < PICTURE_HALF_DEG)
        inside = Pairs(pairs.sensor[near], pairs.actor[near], pairs.distance_m[near], pairs.azimuth_deg[near])
        warm = [
            Warm(
                "vehicle" if actors[who].motorised else actors[who].kind,
                actors[who].count,
                float(inside.azimuth_deg[number]),
                float(inside.distance_m[number]),
            )
            for number, (who, sees) in enumerate(
                zip(inside.actor, clear(self.world.elevation, posts, inside, actors), strict=True)
            )
            if sees
        ]
        sensor = posts.sensors[index]
        view = View(sensor.mast_m, azimuth_deg, distance_m)
        return still_png(view, warm, sensor_id=sensor.sensor_id, at_s=t_s)
