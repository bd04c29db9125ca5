"""The worked case of 6 rows and 4 columns, every printed figure of it, and random networks against brute force."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.stats import norm

from vallum.plan.network import Edge, Network

PACE = np.array(
    [[60, 60, 60, 60], [60, 60, 90, 60], [60, 120, 60, 60], [300, 60, 300, 300], [60, 60, 60, 60], [60, 60, 60, 60]]
)
RATE = np.array([[0, 0, 0, 0], [2, 6, 1, 1], [3, 8, 2, 1], [2, 9, 1, 1], [1, 4, 40, 5], [1, 3, 40, 6]]) * 1e-3


def grid(pace: np.ndarray, rate: np.ndarray) -> Network:
    rows, columns = pace.shape
    edges = []
    for row, column in np.ndindex(rows, columns):
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            to = row + down, column + right
            if 0 <= to[0] < rows and 0 <= to[1] < columns:
                time_s = (pace[row, column] + pace[to]) / 2.0
                exposure = time_s * (rate[row, column] + rate[to]) / 2.0
                edges.append(Edge(row * columns + column, to[0] * columns + to[1], float(time_s), float(exposure)))
    last = rows * columns
    return Network(tuple(edges), frozenset(range(columns)), frozenset(range(last - columns, last)))


def simple_ways(network: Network) -> Iterator[tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...]]]:
    """Every simple way with its times and exposures; nothing of the solver is used."""
    out: dict[int, list[Edge]] = {}
    for edge in network.edges:
        out.setdefault(edge.tail, []).append(edge)

    def go_on(way: list[int], times: list[float], met: list[float]) -> Iterator[tuple[tuple, tuple, tuple]]:  # type: ignore[type-arg]
        if way[-1] in network.exits:
            yield tuple(way), tuple(times), tuple(met)
            return
        for edge in out.get(way[-1], ()):
            if edge.head not in way and edge.head not in network.starts:
                yield from go_on([*way, edge.head], [*times, edge.time_s], [*met, edge.exposure])

    for start in sorted(network.starts):
        yield from go_on([start], [], [])


def p_random(times: tuple[float, ...], met: tuple[float, ...], mean_s: float, sd_s: float) -> float:
    total, missed, left = 0.0, 1.0, sum(times)
    for time_s, exposure in zip(times, met, strict=True):
        q = 1.0 - math.exp(-exposure)
        total += missed * q * float(norm.cdf((left - mean_s) / sd_s))
        missed *= 1.0 - q
        left -= time_s
    return total


def p_fixed(
    way: tuple[int, ...], times: tuple[float, ...], met: tuple[float, ...], response: dict[int, float]
) -> float:
    """Timely: some later place of the way, the exit among them, is reached by a responder first."""
    clock = np.concatenate([[0.0], np.cumsum(times)])
    latest = max(clock[at] - response.get(node, math.inf) for at, node in enumerate(way))
    exposure = sum(one for moment, one in zip(clock[:-1], met, strict=True) if moment <= latest + 1e-9)
    return 1.0 - math.exp(-exposure)


def test_every_figure_of_the_worked_case() -> None:
    network = grid(PACE, RATE)
    # Ways that begin anew in the first row are no others: they go on from there.
    ways = list(simple_ways(network))
    assert -math.expm1(-network.weakest(200.0)) == pytest.approx(0.5551419, abs=5e-8)
    way = network.weakest_way(200.0)[1]
    assert [node % 4 for node in way] == [3] * 6
    assert network.weakest_random(200.0, 60.0) == pytest.approx(0.4759264, abs=5e-8)
    assert min(p_random(times, met_, 200.0, 60.0) for _, times, met_ in ways) == pytest.approx(0.4759264, abs=5e-8)
    # The staircase of as many steps holds the truth between its bounds; its upper one is the truth here.
    for levels in (4, 8, 16, 32):
        lower, upper = network.bracket(200.0, 60.0, levels)
        assert 0.35 < lower <= 0.4759264 + 1e-7
        assert upper == pytest.approx(0.4759264, abs=5e-8)
    # The fastest and the least exposed way are both wrong.
    fastest = min(ways, key=lambda one: sum(one[1]))
    assert [node % 4 for node in fastest[0]] == [1] * 6
    assert network.along(fastest[0], 200.0, 0.0) == pytest.approx(0.7929924, abs=5e-8)
    assert network.along(fastest[0], 200.0, 60.0) == pytest.approx(0.6768783, abs=5e-8)
    least = min(ways, key=lambda one: sum(one[2]))
    assert sum(least[1]) == pytest.approx(540.0)
    assert sum(least[2]) == pytest.approx(0.99)
    assert network.along(least[0], 200.0, 0.0) == pytest.approx(0.6054463, abs=5e-8)
    assert network.along(least[0], 200.0, 60.0) == pytest.approx(0.5747563, abs=5e-8)
    # The time to the exit, and what is critical at 200 s.
    left = network.left(1000.0)
    rows = [[round(1000.0 - left[row * 4 + column]) for column in range(4)] for row in range(6)]
    assert rows == [
        [420, 360, 420, 480], [360, 300, 375, 420], [300, 210, 300, 360], [240, 120, 240, 240], [60] * 4, [0] * 4,
    ]  # fmt: skip
    critical = {node for node, seconds in network.left(200.0).items() if seconds > 0.0}
    assert critical == {13, *range(16, 24)}


def random_network(rng: np.random.Generator) -> Network:
    return grid(rng.integers(20, 300, (4, 3)), rng.uniform(0.0, 8e-3, (4, 3)) * (rng.random((4, 3)) < 0.8))


def test_on_500_random_networks_brute_force_finds_the_same_with_fixed_and_with_placed_responses() -> None:
    rng = np.random.default_rng(5)
    for number in range(500):
        network = random_network(rng)
        ways = list(simple_ways(network))
        exits = sorted(network.exits)
        response = (
            dict.fromkeys(exits, rng.uniform(30.0, 600.0))
            if number % 2
            else {node: rng.uniform(30.0, 500.0) for node in network.nodes}
        )
        expected = min(p_fixed(way, times, met, response) for way, times, met in ways)
        assert -math.expm1(-network.weakest(response)) == pytest.approx(expected, abs=1e-9)


def test_on_200_random_networks_random_times_are_exact_and_the_staircase_holds_them() -> None:
    rng = np.random.default_rng(6)
    for _ in range(200):
        network = random_network(rng)
        mean_s, sd_s = rng.uniform(100.0, 500.0), rng.uniform(20.0, 120.0)
        expected = min(p_random(times, met, mean_s, sd_s) for _, times, met in simple_ways(network))
        assert network.weakest_random(mean_s, sd_s) == pytest.approx(expected, abs=1e-9)
        lower, upper = network.bracket(mean_s, sd_s, 8)
        assert lower <= expected + 1e-12
        assert upper >= expected - 1e-12


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="it takes time"):
        Network((Edge(0, 1, 0.0, 1.0),), frozenset({0}), frozenset({1}))
    with pytest.raises(ValueError, match="where ways begin"):
        Network((Edge(0, 1, 1.0, 1.0),), frozenset(), frozenset({1}))
    assert Network((Edge(0, 1, 1.0, 1.0),), frozenset({0}), frozenset({2})).weakest(1.0) == math.inf
