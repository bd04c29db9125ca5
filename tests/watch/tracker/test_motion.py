from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.state import GaussianState

from vallum.watch.tracker.motion import positions_at, predict, process_noise

# from our order x, y, vx, vy to Stone Soup's x, vx, y, vy, and back: the same exchange
SWAP = [0, 2, 1, 3]

means = st.lists(st.floats(-5e4, 5e4), min_size=4, max_size=4).map(np.array)
roots = st.lists(st.floats(-30.0, 30.0), min_size=16, max_size=16).map(lambda v: np.array(v).reshape(4, 4))
covariances = roots.map(lambda root: root @ root.T + np.eye(4))


@given(means, covariances, st.floats(0.0, 60.0), st.floats(1e-3, 5.0))
def test_prediction_agrees_with_stone_soup(mean: np.ndarray, covariance: np.ndarray, dt_s: float, q: float) -> None:
    then = datetime(2021, 3, 17)
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(q), ConstantVelocity(q)])
    peer = KalmanPredictor(model).predict(
        GaussianState(mean[SWAP].reshape(4, 1), covariance[np.ix_(SWAP, SWAP)], timestamp=then),
        timestamp=then + timedelta(seconds=round(dt_s, 6)),
    )
    ours = predict(mean, covariance, round(dt_s, 6), q)
    np.testing.assert_allclose(ours[0][SWAP], np.ravel(peer.mean), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(ours[1][np.ix_(SWAP, SWAP)], peer.covar, rtol=1e-9, atol=1e-6)


@given(means, covariances, st.floats(0.0, 60.0), st.floats(1e-3, 5.0))
def test_positions_of_many_are_those_of_each(mean: np.ndarray, covariance: np.ndarray, dt_s: float, q: float) -> None:
    whole = predict(mean, covariance, dt_s, q)
    position, spread = positions_at(mean[None], covariance[None], np.array([dt_s]), np.array([q]))
    np.testing.assert_allclose(position[0], whole[0][:2], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(spread[0], whole[1][:2, :2], rtol=1e-9, atol=1e-6)


@given(covariances, st.floats(-2.0, 0.0))
def test_looking_back_is_never_surer_for_the_noise_of_the_motion(covariance: np.ndarray, dt_s: float) -> None:
    quiet = positions_at(np.zeros((1, 4)), covariance[None], np.array([dt_s]), np.array([0.0]))[1][0]
    restless = positions_at(np.zeros((1, 4)), covariance[None], np.array([dt_s]), np.array([1.0]))[1][0]
    assert np.linalg.eigvalsh(restless - quiet).min() >= -1e-9


def test_two_short_steps_are_as_unsure_as_one_long_one() -> None:
    twice = process_noise(3.0, 0.2)
    moved = np.eye(4) + np.diag([3.0, 3.0], 2)
    assert moved @ twice @ moved.T + twice == pytest.approx(process_noise(6.0, 0.2))
