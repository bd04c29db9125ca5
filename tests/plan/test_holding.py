"""The two-phase solve against brute force, against figures worked out elsewhere, and against itself in pieces."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vallum.plan.escape import AS_IT_IS, Change, escape
from vallum.plan.holding import Least, Piece, joined
from vallum.plan.holding import solve as solve_piece
from vallum.plan.zones import BEYOND, GONE, HOME, OUTER, START
from vallum.terrain.barrier import Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.steps import MOVES

Grid = NDArray[np.float32]
NO_LINE = (np.zeros(2), np.array([0.0, 1.0]))


def piece_of(
    zone: NDArray[np.uint8],
    pace_s: NDArray[Any],
    rate: NDArray[Any],
    response_s: NDArray[Any],
    *,
    neighbours: int = 16,
    lines: tuple[Crossed, ...] = (),
) -> Piece:
    """Cells of a metre; every class of ground has the pace of one of the cells."""
    paces = np.unique(pace_s)
    ground = np.searchsorted(paces, pace_s).astype(np.uint8)
    rows, columns = zone.shape
    beside = [
        (row, column)
        for row, column in np.ndindex(rows, columns)
        if zone[row, column] in (START, OUTER)
        and any(
            0 <= row + down < rows and 0 <= column + right < columns and zone[row + down, column + right] >= HOME
            for down, right in MOVES[:neighbours]
        )
    ]
    cells = np.array(beside, np.int64).reshape(-1, 2)
    last_outer = float(np.flatnonzero((zone == OUTER).any(axis=1) | (zone == START).any(axis=1)).max())
    return Piece(
        box=(0, rows, 0, columns),
        heights_m=np.zeros(zone.shape, np.float32),
        ground=ground,
        zone=zone,
        response_s=np.asarray(response_s, np.float32),
        changes={},
        escapes={},
        states=1,
        rate_of=lambda state, box: np.asarray(rate, np.float32)[box[0] : box[1], box[2] : box[3]],
        pace=Pace.constant("somebody", list(paces)),
        cell_m=1.0,
        neighbours=neighbours,
        lines=lines,
        frontier_line=(np.full(2, last_outer + 0.5), np.array([-3.0, columns + 3.0])),
        row=cells[:, 0],
        column=cells[:, 1],
        step=cells[:, 1],
        steps=columns,
        first=False,
        last=False,
    )


def escaped(piece: Piece, change: Change = AS_IT_IS) -> Piece:
    """What is asked of a piece, and from where it is too late if the piece is all there is."""
    away = escape(
        piece.heights_m, piece.ground, piece.zone, piece.response_s, piece.pace, piece.cell_m,
        change.lines(piece.lines, piece.frontier_line), change=change, neighbours=piece.neighbours, with_ways=True,
    )  # fmt: skip
    return replace(piece, changes={"as asked": change}, escapes={"as asked": away})


def solve(piece: Piece, change: Change = AS_IT_IS) -> Least:
    return solve_piece(escaped(piece, change))["as asked"]


# The worked case: 6 rows of 4 columns; whoever is in row 5 is gone; the line lies between rows 2 and 3.
PACE = np.array(
    [[60, 60, 60, 60], [60, 60, 90, 60], [60, 120, 60, 60], [300, 60, 300, 300], [60, 60, 60, 60], [60, 60, 60, 60]]
)
RATE = np.array([[0, 0, 0, 0], [2, 6, 1, 1], [3, 8, 2, 1], [2, 9, 1, 1], [1, 4, 40, 5], [1, 3, 40, 6]]) * 1e-3
ZONE = np.array([[START] * 4, [OUTER] * 4, [OUTER] * 4, [HOME] * 4, [HOME] * 4, [GONE] * 4], np.uint8)


def test_the_worked_case_gives_the_printed_probabilities_at_every_chainage() -> None:
    found = solve(piece_of(ZONE, PACE, RATE, np.full((6, 4), 200.0), neighbours=4))
    p = -np.expm1(-found.exposure[0])
    np.testing.assert_allclose(p, [0.605446, 0.744619, 0.716346, 0.555142], atol=5e-7)
    assert float(p.min()) == pytest.approx(0.5551419, abs=5e-8)
    # the weakest way is column 3, straight
    assert found.ways[3].cells[:, 1].tolist() == [3] * len(found.ways[3].cells)
    assert not found.across.any()
    assert found.proven.all()


def graph_of(piece: Piece, rate: NDArray[Any]) -> dict[int, list[tuple[int, float, float]]]:
    """Steps with their time and exposure, worked out without anything of the solver."""
    assert piece.neighbours == 4
    rows, columns = piece.zone.shape
    pace = piece.pace.s_per_m[piece.ground, 120].astype(np.float64)
    steps: dict[int, list[tuple[int, float, float]]] = {}
    for row, column in np.ndindex(rows, columns):
        steps[row * columns + column] = []
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            to = row + down, column + right
            if not (0 <= to[0] < rows and 0 <= to[1] < columns):
                continue
            time_s = (pace[row, column] + pace[to]) / 2.0
            for one in piece.lines:
                # lines of the tests run along rows, from end to end
                level = float(one.row[0])
                if min(row, to[0]) < level < max(row, to[0]):
                    time_s += float(one.delay_s[0])
            steps[row * columns + column].append(
                (to[0] * columns + to[1], time_s, time_s * (rate[row, column] + rate[to]) / 2.0)
            )
    return steps


def weakest_by_brute_force(piece: Piece, rate: NDArray[Any], *, once_at: bool) -> NDArray[Any]:
    """Look at every simple path from the start to where it is gone: least exposure of timely detections, by chainage.

    A detection at the moment t of a path is timely if somebody can be at a later place of it before it: A <= t_j - t.
    With `once_at` paths that cross the line once are counted where they cross; otherwise all, in place 0.
    """
    columns = piece.zone.shape[1]
    steps = graph_of(piece, rate)
    zone = piece.zone.ravel()
    response = piece.response_s.ravel().astype(np.float64)
    best = np.full(columns, np.inf)

    def look(path: list[int], times: list[float], met: list[float]) -> None:
        if zone[path[-1]] == GONE:
            latest = max(moment - response[at] for at, moment in zip(path, times, strict=True))
            # a step's detections count at its beginning
            timely = max((exposure for moment, exposure in zip(times, [*met[1:], met[-1]], strict=True)
                          if moment <= latest + 1e-9), default=0.0)  # fmt: skip
            crossed = [at for at, to in pairwise(path) if zone[at] <= OUTER < zone[to]]
            back = any(zone[at] >= HOME and zone[to] <= OUTER for at, to in pairwise(path))
            if once_at and (back or len(crossed) != 1):
                return
            place = crossed[0] % columns if once_at else 0
            best[place] = min(best[place], timely)
            return
        for to, time_s, exposure in steps[path[-1]]:
            if to not in path:
                look([*path, to], [*times, times[-1] + time_s], [*met, met[-1] + exposure])

    for start in np.flatnonzero(zone == START):
        look([int(start)], [0.0], [0.0])
    return best


@pytest.mark.parametrize("placed", ["fixed", "by place"])
def test_brute_force_on_random_small_graphs_finds_the_same(placed: str) -> None:
    rng = np.random.default_rng(1 if placed == "fixed" else 2)
    zone = np.array([[START] * 3, [OUTER] * 3, [HOME] * 3, [GONE] * 3], np.uint8)
    for _ in range(250):
        pace = rng.integers(20, 300, zone.shape)
        rate = rng.uniform(0.0, 8e-3, zone.shape) * (rng.random(zone.shape) < 0.8)
        response = (
            np.full(zone.shape, rng.uniform(30.0, 600.0)) if placed == "fixed" else rng.uniform(30.0, 500.0, zone.shape)
        )
        lines: tuple[Crossed, ...] = ()
        if rng.random() < 0.5:
            row = rng.choice([0.5, 1.5, 2.5])
            lines = (Crossed(np.full(2, row), np.array([-2.0, 5.0]), np.array([rng.uniform(10, 400)]), np.zeros(1)),)
        piece = piece_of(zone, pace, rate, response, neighbours=4, lines=lines)
        found = solve(piece)
        weakest = float(weakest_by_brute_force(piece, rate, once_at=False)[0])
        # whatever the chainage, the weakest of all paths is found
        assert float(found.exposure[0].min()) == pytest.approx(weakest, rel=1e-5, abs=1e-7)


def test_by_chainage_the_formula_is_the_least_of_all_paths_that_cross_there_once() -> None:
    piece = piece_of(ZONE[1:], PACE[1:], RATE[1:], np.full((5, 4), 200.0), neighbours=4)
    zone = np.array([[START] * 4, [OUTER] * 4, [HOME] * 4, [HOME] * 4, [GONE] * 4], np.uint8)
    piece = replace(piece, zone=zone)
    by_path = weakest_by_brute_force(piece, RATE[1:], once_at=True)
    found = solve(piece)
    assert (found.exposure[0] <= by_path + 1e-6).all()
    assert float(found.exposure[0].min()) == pytest.approx(float(by_path.min()), rel=1e-6)


def random_piece(seed: int, rows: int = 14, columns: int = 40) -> tuple[Piece, NDArray[Any]]:
    rng = np.random.default_rng(seed)
    zone = np.full((rows, columns), OUTER, np.uint8)
    zone[0], zone[rows // 2 :], zone[-1] = START, HOME, GONE
    pace = rng.choice([40, 60, 90, 200], zone.shape)
    rate = np.zeros(zone.shape)
    for _ in range(4):
        row, column = rng.integers(0, rows), rng.integers(0, columns)
        near = np.hypot(*np.meshgrid(np.arange(rows) - row, np.arange(columns) - column, indexing="ij"))
        rate += np.where(near < 6.0, rng.uniform(1e-4, 3e-3), 0.0)
    at = rng.integers(0, columns)
    away = np.hypot(*np.meshgrid(np.arange(rows) - rows + 3, np.arange(columns) - at, indexing="ij"))
    response = 60.0 + away * rng.uniform(5.0, 40.0)
    line = Crossed(
        np.full(2, rows // 2 - 0.5), np.array([-2.0, columns + 2.0]), np.array([rng.uniform(0, 200)]), np.zeros(1)
    )
    return piece_of(zone, pace, rate, response, lines=(line,)), rate


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(5, 35))
def test_in_pieces_it_is_the_same_wherever_a_piece_says_that_it_is_proven(seed: int, cut: int) -> None:
    whole_piece = escaped(random_piece(seed)[0])
    (whole,) = solve_piece(whole_piece, spread=0.3).values()
    halo = 6
    parts = []
    for first, end in ((0, cut), (cut, 40)):
        left, right = max(0, first - halo), min(40, end + halo)
        mine = (whole_piece.column >= first) & (whole_piece.column < end)
        part = replace(
            whole_piece,
            box=(0, 14, left, right),
            heights_m=whole_piece.heights_m[:, left:right],
            ground=whole_piece.ground[:, left:right],
            zone=whole_piece.zone[:, left:right],
            response_s=whole_piece.response_s[:, left:right],
            escapes={name: one.window((0, 14, left, right)) for name, one in whole_piece.escapes.items()},
            row=whole_piece.row[mine],
            column=whole_piece.column[mine],
            step=whole_piece.step[mine],
            first=left > 0,
            last=right < 40,
        )
        parts.append(solve_piece(part, spread=0.3)["as asked"])
    found = joined(parts)
    proven = found.proven[0]
    np.testing.assert_allclose(found.exposure[0][proven], whole.exposure[0][proven], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.across[proven], whole.across[proven])
    np.testing.assert_array_equal(found.from_start[proven], whole.from_start[proven])
    np.testing.assert_allclose(found.upper[0][proven], whole.upper[0][proven], rtol=1e-5, atol=1e-6)


def p_of(found: Least) -> NDArray[Any]:
    return np.asarray(-np.expm1(-found.exposure[0]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(1e-4, 5e-3), st.floats(1.0, 900.0), st.floats(1.0, 400.0))
def test_more_never_holds_less_where_the_critical_ground_stays_behind_the_line(
    seed: int, more_rate: float, more_delay_s: float, sooner_s: float
) -> None:
    """With the response held fixed, a sensor or an obstacle never lowers P_I; nor does a unit that is there sooner."""
    piece, rate = random_piece(seed)
    rng = np.random.default_rng(seed + 1)
    before = solve(piece)
    row, column = rng.integers(0, 14), rng.integers(0, 40)
    near = np.hypot(*np.meshgrid(np.arange(14) - row, np.arange(40) - column, indexing="ij")) < 5.0
    with_sensor = replace(
        piece, rate_of=lambda state, box: np.asarray(rate + near * more_rate, np.float32)
    )  # fmt: skip
    at = int(rng.integers(1, 13))
    obstacle = Crossed(np.full(2, at - 0.5), np.array([-2.0, 42.0]), np.array([more_delay_s]), np.zeros(1))
    with_obstacle = replace(piece, lines=(*piece.lines, obstacle))
    sooner = np.maximum(piece.response_s - np.where(near, sooner_s, 0.0), 1.0).astype(np.float32)
    with_unit = replace(piece, response_s=np.minimum(piece.response_s, sooner))
    for changed in (with_sensor, with_obstacle, with_unit):
        after = solve(changed)
        comparable = ~(before.across | after.across)
        assert (p_of(after)[comparable] >= p_of(before)[comparable] - 1e-6).all()
        if changed is with_sensor or not (before.across.any() or after.across.any()):
            assert p_of(after).min() >= p_of(before).min() - 1e-6
    # and the other way: what is killed never raises it
    without = solve(replace(with_sensor, rate_of=piece.rate_of))
    assert (p_of(without) <= p_of(solve(with_sensor)) + 1e-6).all()


def test_where_the_critical_ground_reaches_the_line_it_is_said_so_and_only_what_is_seen_before_it_counts() -> None:
    zone = np.full((9, 5), OUTER, np.uint8)
    zone[0], zone[5:], zone[-1] = START, HOME, GONE
    rate = np.zeros(zone.shape)
    rate[5:] = 0.1  # whoever is across is seen at once, and that is too late
    piece = piece_of(zone, np.full(zone.shape, 10), rate, np.full(zone.shape, 60.0))
    lost = solve(piece)
    assert lost.across.all()
    assert not lost.from_start.any()
    np.testing.assert_allclose(lost.exposure[0], 0.0, atol=1e-9)
    # seen far out it is held, from outside
    rate[1] = 0.1
    held = solve(replace(piece, rate_of=lambda state, box: np.asarray(rate, np.float32)))
    assert held.across.all()
    assert (held.exposure[0] > 0.9).all()
    # and where nobody is there in time even for a detection at the outer edge, no sensor helps
    hopeless = solve(replace(piece, response_s=np.full(zone.shape, 500.0, np.float32)))
    assert hopeless.from_start.all()


def test_ten_minutes_more_or_less_are_what_a_change_says() -> None:
    piece, _ = random_piece(7)
    longer = solve(piece, Change(delay_s=600.0))
    line = Crossed(*piece.frontier_line, np.array([600.0]), np.zeros(1))
    same = solve(replace(piece, lines=(*piece.lines, line)))
    np.testing.assert_allclose(longer.exposure, same.exposure, rtol=1e-6)
    sooner = solve(piece, Change(response_s=-30.0))
    same = solve(replace(piece, response_s=np.maximum(piece.response_s - np.float32(30.0), 1.0)))
    np.testing.assert_allclose(sooner.exposure, same.exposure, rtol=1e-6)
    assert solve(piece, AS_IT_IS).exposure.tolist() == solve(piece).exposure.tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_asked_together_changes_are_what_each_is_alone(seed: int) -> None:
    piece, _ = random_piece(seed)
    asked = {"as it is": AS_IT_IS, "delay": Change(delay_s=300.0), "sooner": Change(response_s=-30.0)}
    alone = {name: escaped(piece, change) for name, change in asked.items()}
    together = replace(piece, changes=asked, escapes={name: one.escapes["as asked"] for name, one in alone.items()})
    for name, found in solve_piece(together).items():
        least = solve_piece(alone[name])["as asked"]
        np.testing.assert_array_equal(found.exposure, least.exposure)
        np.testing.assert_array_equal(found.from_start, least.from_start)


def test_a_way_keeps_its_clock_and_its_margin() -> None:
    found = solve(piece_of(ZONE, PACE, RATE, np.full((6, 4), 200.0), neighbours=4))
    way = found.ways[3]
    assert way.exposure[0, -1] == pytest.approx(float(found.exposure[0, 3]), rel=1e-6)
    # 60 + 60 + 180 + 180 s into row 4, from where 60 s remain to the exit and 200 s are needed: 140 s too late already
    assert way.clock_s.tolist() == [0.0, 60.0, 120.0, 300.0, 480.0]
    assert way.latest_s == pytest.approx(340.0, abs=0.01)
    expected = way.expected_s()
    assert expected is not None
    assert 0.0 < expected <= way.latest_s
    assert way.margin_s() == pytest.approx(way.latest_s - expected)


def test_progress_reaches_one_and_what_it_raises_ends_the_work() -> None:
    piece, _ = random_piece(3)
    told: list[float] = []
    solve_piece(escaped(piece), progress=told.append)
    assert told == sorted(told)
    assert math.isclose(told[-1], 1.0)

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        solve_piece(escaped(piece), progress=stop)


def test_beside_the_band_nobody_goes() -> None:
    zone = ZONE.copy()
    zone[:, 3] = BEYOND
    found = solve(piece_of(zone, PACE, RATE, np.full((6, 4), 200.0), neighbours=4))
    assert np.isinf(found.exposure[0, 3])
    assert 3 not in found.ways
