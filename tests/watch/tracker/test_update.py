from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import Cartesian2DToBearing, CartesianToBearingRange
from stonesoup.types.detection import Detection as PeerDetection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.state import GaussianState, StateVector
from stonesoup.updater.kalman import ExtendedKalmanUpdater, KalmanUpdater

from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.tracker.measure import BearingSighting, PositionSighting, converted
from vallum.watch.tracker.motion import predict
from vallum.watch.tracker.update import update

THEN = datetime(2021, 3, 17)
# Stone Soup measures angles from x towards y; ours are from y towards x: exchange the axes
EXCHANGE = [1, 0, 3, 2]

roots = st.lists(st.floats(-20.0, 20.0), min_size=16, max_size=16).map(lambda v: np.array(v).reshape(4, 4))
covariances = roots.map(lambda root: root @ root.T + np.eye(4))
places = st.tuples(st.floats(500.0, 4000.0), st.floats(-np.pi, np.pi))
nothing = Detection("n", 1, "r", "s", "o", 0.0, 0.0, 0.0, 0.0, PointMeasurement(0.0, 0.0, 1.0, 1.0))


def position(x_m: float, y_m: float, xx: float, xy: float, yy: float) -> PositionSighting:
    return PositionSighting(nothing, 0.0, x_m, y_m, xx, xy, yy)


def bearing(bearing_rad: float, sd_rad: float) -> BearingSighting:
    return BearingSighting(nothing, 0.0, 0.0, 0.0, bearing_rad, sd_rad)


def at(place: tuple[float, float]) -> np.ndarray:
    distance_m, angle_rad = place
    return np.array([distance_m * np.sin(angle_rad), distance_m * np.cos(angle_rad), 1.0, -0.5])


def peer_prediction(mean: np.ndarray, covariance: np.ndarray) -> GaussianStatePrediction:
    return GaussianStatePrediction(mean.reshape(4, 1), covariance, timestamp=THEN)


@given(places, covariances, st.floats(-60.0, 60.0), st.floats(-60.0, 60.0), st.floats(-0.9, 0.9))
def test_a_position_updates_as_in_stone_soup(
    place: tuple[float, float], covariance: np.ndarray, east_m: float, north_m: float, correlation: float
) -> None:
    mean, xx, yy = at(place), 15.0**2, 40.0**2
    xy = correlation * 15.0 * 40.0
    model = LinearGaussian(4, (0, 1), np.array([[xx, xy], [xy, yy]]))
    measured = mean[:2] + np.array([east_m, north_m])
    peer = KalmanUpdater(model).update(
        SingleHypothesis(
            peer_prediction(mean, covariance),
            PeerDetection(StateVector(measured), measurement_model=model, timestamp=THEN),
        )
    )
    sighting = position(float(measured[0]), float(measured[1]), xx, xy, yy)
    ours = update(mean, covariance, 0.0, 0.1, sighting, 0.0, 0.0)
    np.testing.assert_allclose(ours[0], np.ravel(peer.mean), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours[1], peer.covar, rtol=1e-6, atol=1e-6)


class ExactBearing(Cartesian2DToBearing):  # type: ignore[misc]  # Stone Soup ships no types
    """Stone Soup's bearing with its slope in closed form; its own takes small steps and is right to about 1e-4."""

    def jacobian(self, state: GaussianState, **_: object) -> np.ndarray:
        x, y = float(state.state_vector[0]), float(state.state_vector[1])
        return np.array([[-y, x, 0.0, 0.0]]) / (x**2 + y**2)


@pytest.mark.parametrize(("peer_model", "tolerance"), [(ExactBearing, 1e-6), (Cartesian2DToBearing, 1e-3)])
@given(place=places, covariance=covariances, error_rad=st.floats(-0.02, 0.02))
def test_a_bearing_updates_as_in_stone_soup(
    peer_model: type[Cartesian2DToBearing],
    tolerance: float,
    place: tuple[float, float],
    covariance: np.ndarray,
    error_rad: float,
) -> None:
    mean, sd_rad = at(place), 0.005
    measured_rad = float(np.arctan2(mean[0], mean[1])) + error_rad
    model = peer_model(4, (0, 1), np.array([[sd_rad**2]]))
    peer = ExtendedKalmanUpdater(model).update(
        SingleHypothesis(
            peer_prediction(mean[EXCHANGE], covariance[np.ix_(EXCHANGE, EXCHANGE)]),
            PeerDetection(StateVector([measured_rad]), measurement_model=model, timestamp=THEN),
        )
    )
    ours = update(mean, covariance, 0.0, 0.1, bearing(measured_rad, sd_rad), 0.0, 0.0)
    scale = np.sqrt(np.diag(covariance))[EXCHANGE]
    apart = (ours[0][EXCHANGE] - np.ravel(peer.mean).astype(float)) / scale
    np.testing.assert_allclose(apart, 0.0, atol=tolerance)
    spread_apart = (ours[1][np.ix_(EXCHANGE, EXCHANGE)] - peer.covar) / np.outer(scale, scale)
    np.testing.assert_allclose(np.asarray(spread_apart, dtype=float), 0.0, atol=tolerance)


@given(places, covariances, st.floats(-0.005, 0.005), st.floats(-20.0, 20.0))
def test_range_and_bearing_converted_agree_with_stone_soups_extended_filter_where_the_errors_are_small(
    place: tuple[float, float], covariance: np.ndarray, error_rad: float, error_m: float
) -> None:
    # The two differ by what the first order leaves out: here a hundredth of a standard deviation or so.
    mean, sd_rad, sd_m = at(place), 0.003, 10.0
    covariance = covariance / 50.0
    angle_rad, distance_m = place[1] + error_rad / 5.0, place[0] + error_m / 5.0
    model = CartesianToBearingRange(4, (0, 1), np.diag([sd_rad**2, sd_m**2]))
    peer = ExtendedKalmanUpdater(model).update(
        SingleHypothesis(
            peer_prediction(mean[EXCHANGE], covariance[np.ix_(EXCHANGE, EXCHANGE)]),
            PeerDetection(StateVector([angle_rad, distance_m]), measurement_model=model, timestamp=THEN),
        )
    )
    unbiased_m, along_m2, across_m2 = converted(distance_m, sd_m, sd_rad)
    sine, cosine = np.sin(angle_rad), np.cos(angle_rad)
    sighting = position(
        unbiased_m * sine,
        unbiased_m * cosine,
        along_m2 * sine**2 + across_m2 * cosine**2,
        (along_m2 - across_m2) * sine * cosine,
        along_m2 * cosine**2 + across_m2 * sine**2,
    )
    ours = update(mean, covariance, 0.0, 0.1, sighting, 0.0, 0.0)
    apart = ours[0][EXCHANGE] - np.ravel(peer.mean)
    assert float(apart @ np.linalg.solve(peer.covar, apart)) < 0.1**2
    np.testing.assert_allclose(
        np.diag(ours[1])[EXCHANGE], np.diag(np.asarray(peer.covar, dtype=float)), rtol=0.05, atol=0.05
    )


@given(places, covariances, st.floats(-2.0, 20.0), st.floats(0.0, 3.0), st.booleans())
def test_a_covariance_stays_symmetric_and_positive_definite(
    place: tuple[float, float], covariance: np.ndarray, dt_s: float, time_sd_s: float, has_range: bool
) -> None:
    mean = at(place)
    sighting = position(0.0, 0.0, 1e-2, 0.0, 1e4) if has_range else bearing(0.3, 1e-4)
    updated = update(mean, covariance, dt_s, 0.1, sighting, time_sd_s, 1.0)[1]
    assert (updated == updated.T).all()
    assert np.linalg.eigvalsh(updated).min() > 0.0


def test_a_measurement_that_comes_late_ends_near_where_it_would_have_led_in_time() -> None:
    mean, covariance, q = np.array([0.0, 0.0, 2.0, 0.0]), np.diag([400.0, 400.0, 4.0, 4.0]), 0.05
    first, second = position(2.0, 5.0, 100.0, 0.0, 100.0), position(9.0, 8.0, 100.0, 0.0, 100.0)
    in_time = update(*update(mean, covariance, 1.0, q, first, 0.0, 0.0), 1.0, q, second, 0.0, 0.0)
    late = update(*update(mean, covariance, 2.0, q, second, 0.0, 0.0), -1.0, q, first, 0.0, 0.0)
    np.testing.assert_allclose(late[0], in_time[0], atol=0.05)
    np.testing.assert_allclose(late[1], in_time[1], atol=0.2)


def test_an_unsure_clock_widens_a_measurement_along_the_way_only() -> None:
    mean, covariance = np.array([0.0, 0.0, 10.0, 0.0]), np.diag([100.0, 100.0, 1.0, 1.0])
    sighting = position(0.0, 0.0, 25.0, 0.0, 25.0)
    sure = update(mean, covariance, 0.0, 0.1, sighting, 0.0, 0.0)[1]
    unsure = update(mean, covariance, 0.0, 0.1, sighting, 1.0, 0.0)[1]
    assert unsure[0, 0] > sure[0, 0] + 20.0
    assert unsure[1, 1] == pytest.approx(sure[1, 1])


def test_a_bearing_says_nothing_about_range() -> None:
    mean, covariance = np.array([0.0, 1000.0, 0.0, 0.0]), np.diag([1e4, 1e4, 1.0, 1.0])
    updated = update(mean, covariance, 0.0, 0.1, bearing(0.01, 0.001), 0.0, 0.0)
    assert updated[1][1, 1] == pytest.approx(1e4)
    assert updated[1][0, 0] < 2.0
    assert updated[0][0] == pytest.approx(10.0, abs=0.1)


def test_predicting_to_the_time_of_the_measurement_is_part_of_the_update() -> None:
    mean, covariance = np.array([0.0, 0.0, 2.0, 0.0]), np.eye(4)
    sighting = position(21.0, 1.0, 25.0, 0.0, 25.0)
    whole = update(mean, covariance, 10.0, 0.1, sighting, 0.0, 0.0)
    parts = update(*predict(mean, covariance, 10.0, 0.1), 0.0, 0.1, sighting, 0.0, 0.0)
    np.testing.assert_allclose(whole[0], parts[0])
    np.testing.assert_allclose(whole[1], parts[1])
