from datetime import datetime
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection as PeerDetection
from stonesoup.types.state import GaussianState, StateVector
from stonesoup.types.track import Track as PeerTrack
from stonesoup.updater.kalman import KalmanUpdater

from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.tracker.associate import Gate, assign, distances, looks
from vallum.watch.tracker.measure import PositionSighting

GATE = Gate(position=13.8, bearing=10.8, bearing_reach_m=15_000.0, sensor_position_sd_m=5.0)


def detection(report_id: str, event_s: float = 0.0, sensor_id: str = "s", object_id: str = "") -> Detection:
    measurement = PointMeasurement(0.0, 0.0, 1.0, 1.0)
    return Detection("n", 1, report_id, sensor_id, object_id or report_id, event_s, event_s, event_s, 0.0, measurement)


def position(x_m: float, y_m: float, **told: object) -> PositionSighting:
    return PositionSighting(
        detection(f"{x_m},{y_m}", **told),  # type: ignore[arg-type]  # named by each test
        0.0,
        x_m,
        y_m,
        400.0,
        0.0,
        400.0,
    )


spots = st.lists(st.tuples(st.floats(0.0, 300.0), st.floats(0.0, 300.0)), min_size=1, max_size=5, unique=True)


@settings(deadline=None)  # the peer is loaded in the first example
@given(spots, spots)
def test_the_assignment_is_the_one_stone_soup_finds(
    tracks: list[tuple[float, float]], seen: list[tuple[float, float]]
) -> None:
    then = datetime(2021, 3, 17)
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(0.0), ConstantVelocity(0.0)])
    model = LinearGaussian(4, (0, 2), np.diag([400.0, 400.0]))
    # every pair inside the gate, so that both use as many measurements as there are
    hypothesiser = DistanceHypothesiser(
        KalmanPredictor(motion), KalmanUpdater(model), Mahalanobis(), missed_distance=1e3
    )
    peers = [PeerTrack([GaussianState([[x], [0.0], [y], [0.0]], np.diag([100.0, 1, 100, 1]), then)]) for x, y in tracks]
    measured = [PeerDetection(StateVector([x, y]), measurement_model=model, timestamp=then) for x, y in seen]
    chosen = GNNWith2DAssignment(hypothesiser).associate(peers, set(measured), then)
    means = np.array([[x, y, 0.0, 0.0] for x, y in tracks])
    covariances = np.repeat(np.diag([100.0, 100.0, 1.0, 1.0])[None], len(tracks), axis=0)
    d2, log_s = distances(
        means,
        covariances,
        np.zeros((len(tracks), len(seen))),
        np.zeros(len(tracks)),
        [position(x, y) for x, y in seen],
        GATE,
    )
    # Stone Soup minimises the sum of distances, ours that of squares and spreads: compare the costs it would count
    pairs = assign(np.sqrt(d2), np.zeros_like(log_s), np.inf)
    theirs = [
        (row, measured.index(hypothesis.measurement)) for row, peer in enumerate(peers) if (hypothesis := chosen[peer])
    ]
    assert len(pairs) == len(theirs) == min(len(tracks), len(seen))
    ours_cost = sum(np.sqrt(d2[pair]) for pair in pairs)
    assert ours_cost == pytest.approx(sum(np.sqrt(d2[pair]) for pair in theirs), abs=1e-6)


@given(st.integers(1, 4), st.integers(1, 4), st.randoms(use_true_random=False))
def test_no_other_assignment_uses_more_or_costs_less(rows: int, columns: int, draw: object) -> None:
    random = np.random.default_rng(draw.randrange(2**32))  # type: ignore[attr-defined]  # hypothesis' Random
    d2, log_s = random.uniform(0.0, 25.0, (rows, columns)), random.uniform(0.0, 10.0, (rows, columns))
    pairs = assign(d2, log_s, 13.8)
    assert all(d2[pair] <= 13.8 for pair in pairs)

    def worth(chosen: list[tuple[int, int]]) -> tuple[int, float]:
        inside = [pair for pair in chosen if d2[pair] <= 13.8]
        return -len(inside), sum(float(d2[pair] + log_s[pair]) for pair in inside)

    size = max(rows, columns)
    others = (
        [(row, column) for row, column in enumerate(order) if row < rows and column < columns]
        for order in permutations(range(size))
    )
    best = min(map(worth, others))
    used, cost = worth(list(pairs))
    assert used == best[0]
    assert cost == pytest.approx(best[1])


def test_nothing_inside_a_gate_is_given_to_nobody() -> None:
    assert assign(np.array([[20.0]]), np.zeros((1, 1)), 13.8) == ()
    assert assign(np.empty((0, 3)), np.empty((0, 3)), 13.8) == ()


def test_a_look_is_one_sensor_at_one_time_and_each_object_once() -> None:
    sightings = [
        position(0.0, 0.0, event_s=0.0, sensor_id="a", object_id="1"),
        position(1.0, 0.0, event_s=0.1, sensor_id="a", object_id="2"),
        position(2.0, 0.0, event_s=0.2, sensor_id="a", object_id="1"),
        position(3.0, 0.0, event_s=0.1, sensor_id="b", object_id="1"),
        position(4.0, 0.0, event_s=0.9, sensor_id="b", object_id="2"),
    ]
    found = [[sighting.x_m for sighting in look] for look in looks(sightings, 0.25)]
    assert found == [[0.0, 1.0], [3.0], [2.0], [4.0]]
    assert [[s.x_m for s in look] for look in looks(sightings[::-1], 0.25)] == found
