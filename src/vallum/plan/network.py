"""What is the weakest way through a small network, exactly, with fixed and with random times to respond?

For sections joined by roads, for a site drawn as a diagram, and as the measure of the solve on the ground. A detection
counts at the beginning of its edge. With fixed times the two-phase solve is exact: from where no later alarm helps, and
the least exposure up to there. With a random time to respond (normal, one spread everywhere) the probability

    W(u) = q Phi((rho(u) - R) / sigma) + (1 - q) W(v),   q = 1 - exp(-m),   rho(u) = rho(v) + t

grows with both W(v) and the remaining time rho(v), so that of all ways from a node only those count which no other one
beats in both: labels leave in the order of rho, and the search is exact.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed edge.

    Attributes
    ----------
    tail, head
        Nodes.
    time_s
        How long it takes, seconds, above 0.
    exposure
        What is met on it: -ln of the probability of not being detected.
    """

    tail: int
    head: int
    time_s: float
    exposure: float


@dataclass(frozen=True, slots=True)
class Network:
    """A network and where ways begin and end.

    Raises
    ------
    ValueError
        If an edge takes no time or exposes less than not at all, or there is nowhere to begin or to be gone.

    Examples
    --------
    >>> line = Network((Edge(0, 1, 100.0, 0.5), Edge(1, 2, 100.0, 0.7)), frozenset({0}), frozenset({2}))
    >>> round(line.weakest(50.0), 3), round(line.weakest(150.0), 3)  # detected at 0 and 1, or only at 0, in time
    (1.2, 0.5)
    """

    edges: tuple[Edge, ...]
    starts: frozenset[int]
    exits: frozenset[int]

    def __post_init__(self) -> None:
        for edge in self.edges:
            if not (0.0 < edge.time_s < math.inf and 0.0 <= edge.exposure < math.inf):
                raise ValueError(
                    f"Edge {edge.tail} to {edge.head}: {edge.time_s:g} s and exposure {edge.exposure:g}; it takes "
                    "time, and exposes by 0 or more."
                )
        if not self.starts or not self.exits:
            raise ValueError("A network needs a node where ways begin and one where somebody is gone.")

    @property
    def nodes(self) -> frozenset[int]:
        """All nodes."""
        return frozenset(node for edge in self.edges for node in (edge.tail, edge.head)) | self.starts | self.exits

    def left(self, response_s: float | Mapping[int, float]) -> dict[int, float]:
        """Return for each node the latest alarm with which whoever is there outruns everybody (E).

        E = A at exits; E(v) = min(A(v), max over edges of E(u) - t). With one response for all only exits are answered.
        """
        at = self._responses(response_s)
        found: dict[int, float] = {}
        waiting = [(-at.get(node, math.inf), node) for node in self.exits]
        heapq.heapify(waiting)
        into = self._by(lambda edge: edge.head)
        while waiting:
            negative, node = heapq.heappop(waiting)
            if node in found:
                continue
            found[node] = -negative
            for edge in into.get(node, ()):
                if edge.tail not in found:
                    heapq.heappush(waiting, (-min(at.get(edge.tail, math.inf), -negative - edge.time_s), edge.tail))
        return {node: found.get(node, -math.inf) for node in self.nodes}

    def weakest(self, response_s: float | Mapping[int, float]) -> float:
        """Return the least exposure to timely detections of any way; infinite when no way leads out.

        Parameters
        ----------
        response_s
            How long after an alarm somebody is at the exits, or at each node, seconds.
        """
        return self.weakest_way(response_s)[0]

    def weakest_way(self, response_s: float | Mapping[int, float]) -> tuple[float, tuple[int, ...]]:
        """Return that exposure and the way's nodes, to the exit."""
        left = self.left(response_s)
        out = self._by(lambda edge: edge.tail)
        best: dict[int, float] = {}
        # Of ways that are exposed alike the quicker one is told.
        waiting: list[tuple[float, float, int, tuple[int, ...]]] = [
            (0.0, 0.0, node, (node,)) for node in sorted(self.starts)
        ]
        while waiting:
            met, clock_s, node, way = heapq.heappop(waiting)
            if node in best:
                continue
            best[node] = met
            if left[node] > 0.0:
                return met, (*way, *self._outrun(node, left, out))
            for edge in out.get(node, ()):
                if edge.head not in best:
                    longer_s = clock_s + edge.time_s
                    heapq.heappush(waiting, (met + edge.exposure, longer_s, edge.head, (*way, edge.head)))
        return math.inf, ()

    def weakest_random(self, response_s: float, spread_s: float) -> float:
        """Return the least P_I of any way when the time to respond is normal: exact.

        Parameters
        ----------
        response_s, spread_s
            Mean and standard deviation, seconds; the second above 0.
        """
        into = self._by(lambda edge: edge.head)
        kept: dict[int, list[tuple[float, float]]] = {}
        waiting = [(0.0, 0.0, node) for node in self.exits]
        best = math.inf
        while waiting:
            rho, p, node = heapq.heappop(waiting)
            # Labels come in order of rho: one that is left before and no larger beats this one.
            if any(other <= p for _, other in kept.get(node, ())):
                continue
            kept.setdefault(node, []).append((rho, p))
            if node in self.starts:
                best = min(best, p)
            for edge in into.get(node, ()):
                longer = rho + edge.time_s
                q = -math.expm1(-edge.exposure)
                in_time = float(norm.cdf((longer - response_s) / spread_s))
                heapq.heappush(waiting, (longer, q * in_time + (1.0 - q) * p, edge.tail))
        return best

    def along(self, way: Sequence[int], response_s: float, spread_s: float) -> float:
        """Return P_I of one way when the time to respond is normal, or fixed when its spread is 0."""
        by_ends = {(edge.tail, edge.head): edge for edge in self.edges}
        rho, p = 0.0, 0.0
        for tail, head in reversed(list(pairwise(way))):
            edge = by_ends[tail, head]
            rho += edge.time_s
            q = -math.expm1(-edge.exposure)
            slack = rho - response_s
            in_time = float(norm.cdf(slack / spread_s)) if spread_s > 0.0 else float(slack >= 0.0)
            p = q * in_time + (1.0 - q) * p
        return p

    def bracket(self, response_s: float, spread_s: float, levels: int) -> tuple[float, float]:
        """Return sound bounds of `weakest_random` from so many solves with fixed times.

        The normal distribution is bounded from below by a staircase: its steps are weights of fixed times. Every way
        that one of the solves finds bounds the least from above.
        """
        z = np.linspace(-2.0, 2.0, levels)
        weights = np.diff(norm.cdf(z), prepend=0.0)
        lower, upper = 0.0, math.inf
        for step, weight in zip(z, weights, strict=True):
            met, way = self.weakest_way(max(response_s + float(step) * spread_s, 1e-9))
            lower += float(weight) * -math.expm1(-met)
            upper = min(upper, self.along(way, response_s, spread_s))
        return lower, upper

    def _responses(self, response_s: float | Mapping[int, float]) -> Mapping[int, float]:
        if isinstance(response_s, Mapping):
            return response_s
        return dict.fromkeys(self.exits, response_s)

    def _by(self, key: Callable[[Edge], int]) -> dict[int, list[Edge]]:
        found: dict[int, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(key(edge), []).append(edge)
        return found

    def _outrun(self, node: int, left: Mapping[int, float], out: Mapping[int, list[Edge]]) -> tuple[int, ...]:
        """Return the nodes after one from which somebody outruns everybody, to the exit."""
        way: list[int] = []
        while node not in self.exits:
            node = max(out[node], key=lambda edge: left[edge.head] - edge.time_s).head
            way.append(node)
        return tuple(way)
