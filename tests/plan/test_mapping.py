"""Wherever parts are looked at - threads, processes, a cluster - the numbers are the same to the bit."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from vallum.plan.case import Case
from vallum.plan.coverage import Coverage
from vallum.plan.mapping import CancelledError, mapped, workers
from vallum.plan.part import Fineness
from vallum.plan.scene import Scene, lay_out
from vallum.plan.sight import Sight
from vallum.project import load

CASES = (Case(), Case(target="vehicle", light="day"))


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Six sensors of the packaged frontier in large cells: the ground is read anew by whoever works on a part."""
    project = load("iraq-syria")
    return lay_out(
        project.frontier,
        project.terrain_sources,
        project.sensors[:6],
        cell_m=500.0,
        fineness=Fineness(step_m=1_000.0),
    )


@pytest.fixture(scope="module")
def here(scene: Scene) -> Coverage:
    return scene.look(CASES, with_rate=True)


def assert_the_same(scene: Scene, found: Coverage, expected: Coverage) -> None:
    for case, (one, other) in zip(CASES, zip(found.exposures, expected.exposures, strict=True), strict=True):
        assert one.sensor_ids == other.sensor_ids
        assert np.array_equal(one.added, other.added)
        assert Sight.of(scene, found).lane(case).stretches == Sight.of(scene, expected).lane(case).stretches
    for number in range(len(CASES)):
        for ours, theirs in zip(cells(found, number), cells(expected, number), strict=True):
            assert np.array_equal(ours, theirs)


def cells(found: Coverage, case: int) -> Iterator[np.ndarray]:
    """Sets, rates and lowest heights of the band, part after part, in the order of the columns."""
    beside = found.strip.mask()
    sets = np.zeros((3, *found.strip.shape, found.posts.words), np.uint64)
    rate, lowest_m = np.zeros((3, *found.strip.shape), np.float32), np.full(found.strip.shape, np.inf, np.float32)
    for part in found.seen:
        assert part.sets is not None
        assert part.rate is not None
        assert part.lowest_m is not None
        box = slice(*part.cells[:2]), slice(*part.cells[2:])
        sets[(slice(None), *box)] = part.sets[case]
        rate[(slice(None), *box)] = part.rate[case]
        lowest_m[box] = part.lowest_m[case]
    yield sets[:, ~beside]
    yield rate[:, ~beside]
    yield lowest_m[~beside]


def test_processes_find_what_threads_find(scene: Scene, here: Coverage) -> None:
    assert_the_same(scene, scene.look(CASES, with_rate=True, scheduler="processes"), here)


@contextmanager
def cluster() -> Iterator[str]:
    """A scheduler and two workers on this machine, as a site has them on several."""
    import distributed

    with distributed.LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        host="127.0.0.1",
        protocol="tcp",
        dashboard_address=None,
        silence_logs=50,
    ) as running:
        yield running.scheduler_address


def test_a_cluster_finds_what_threads_find_and_stops_when_asked(scene: Scene, here: Coverage) -> None:
    with cluster() as address:
        assert_the_same(scene, scene.look(CASES, with_rate=True, scheduler=address), here)
        taken: list[int] = []
        assert mapped(abs, [-1, 2, -3], address, done=taken.append, take=lambda one: one * 10) == [10, 20, 30]
        assert taken == [1, 2, 3]
        began = time.monotonic()
        with pytest.raises(CancelledError):
            mapped(time.sleep, [1.0] * 20, address, cancelled=lambda: time.monotonic() > began + 0.3)
        assert time.monotonic() < began + 8.0


def test_results_come_in_order_however_long_each_takes() -> None:
    def work(place: int) -> int:
        time.sleep(0.02 * (5 - place))
        return place

    counts: list[int] = []
    assert mapped(work, list(range(5)), done=counts.append) == list(range(5))
    assert counts == [1, 2, 3, 4, 5]
    assert mapped(abs, []) == []


def test_what_is_taken_is_forgotten_before_more_is_made() -> None:
    """No more results are there at once than are worked on, one that is taken, and one that waits."""
    held, most, lock = set[int](), 0, threading.Lock()

    def work(place: int) -> int:
        nonlocal most
        with lock:
            held.add(place)
            most = max(most, len(held))
        return place

    def take(place: int) -> int:
        time.sleep(0.005)
        with lock:
            held.discard(place)
        return place

    assert mapped(work, list(range(40)), take=take) == list(range(40))
    assert most <= workers() + 2


def test_who_asks_to_stop_gets_nothing_and_what_has_not_begun_is_never_begun() -> None:
    begun: list[int] = []

    def work(place: int) -> int:
        begun.append(place)
        time.sleep(0.05)
        return place

    with pytest.raises(CancelledError):
        mapped(work, list(range(50)), cancelled=lambda: len(begun) > 2)
    assert len(begun) <= 2 * workers() + 4


def test_what_goes_wrong_in_a_part_is_told_as_it_is() -> None:
    def work(place: int) -> int:
        raise ValueError(f"part {place} has no ground")

    with pytest.raises(ValueError, match="part 0 has no ground"):
        mapped(work, [0])


@pytest.mark.parametrize("scheduler", ["fibres", ""])
def test_a_scheduler_that_is_none_is_refused(scheduler: str) -> None:
    with pytest.raises(ValueError, match="give threads, processes, or tcp"):
        mapped(abs, [1], scheduler)


def test_a_cluster_without_its_library_says_which_extra_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"vallum\[analysis\]"):
        mapped(abs, [1], "tcp://127.0.0.1:9")


def test_a_look_stops_between_two_sensors(scene: Scene) -> None:
    shares: list[float] = []
    with pytest.raises(CancelledError):
        scene.look(CASES, progress=shares.append, cancelled=lambda: len(shares) >= 2)
    assert len(shares) < len(scene.sensors)
