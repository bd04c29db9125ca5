from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import binom, binomtest

from vallum.assets.walktest import WalkTest, lower_bound

TEST: dict[str, Any] = {
    "sensor_id": "T-01-thermal", "target": "person", "light": "night", "weather": "clear", "from_m": 0, "to_m": 1500,
    "walked": 50, "detected": 49, "on": date(2021, 3, 10), "by": "section engineer", "source": "sheet 7",
}  # fmt: skip


@pytest.mark.parametrize(
    ("walked", "detected", "bound"),
    [(50, 49, 0.909), (100, 98, 0.938), (29, 29, 0.902), (30, 30, 0.905), (30, 27, 0.761), (59, 59, 0.950)],
)
def test_the_bounds_the_field_quotes_come_out(walked: int, detected: int, bound: float) -> None:
    assert lower_bound(walked, detected) == pytest.approx(bound, abs=0.0006)


def test_29_of_29_is_the_smallest_test_that_proves_nine_in_ten() -> None:
    assert lower_bound(28, 28) < 0.9 <= lower_bound(29, 29)


@given(walked=st.integers(1, 400), data=st.data())
def test_the_bound_is_that_of_an_exact_binomial_test(walked: int, data: st.DataObject) -> None:
    detected = data.draw(st.integers(0, walked))
    other = binomtest(detected, walked, alternative="greater").proportion_ci(0.95, method="exact").low
    assert lower_bound(walked, detected) == pytest.approx(other, abs=1e-9)


@given(walked=st.integers(1, 1000), data=st.data())
def test_more_detections_never_prove_less(walked: int, data: st.DataObject) -> None:
    detected = data.draw(st.integers(0, walked - 1))
    fewer, more = lower_bound(walked, detected), lower_bound(walked, detected + 1)
    assert 0.0 <= fewer < more < 1.0
    assert fewer <= detected / walked


@given(walked=st.integers(1, 1000), data=st.data())
def test_one_more_pass_that_is_missed_never_proves_more(walked: int, data: st.DataObject) -> None:
    detected = data.draw(st.integers(0, walked))
    assert lower_bound(walked + 1, detected) <= lower_bound(walked, detected)


@pytest.mark.parametrize("truth", [0.3, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("walked", [10, 30, 50])
def test_the_bound_is_above_the_truth_in_at_most_one_test_of_twenty(truth: float, walked: int) -> None:
    drawn = np.random.default_rng(20210317).binomial(walked, truth, 20_000)
    bounds = np.array([lower_bound(walked, detected) for detected in range(walked + 1)])
    wrong = float(np.mean(bounds[drawn] > truth))
    exact = float(binom.pmf(np.flatnonzero(bounds > truth), walked, truth).sum())
    assert exact <= 0.05
    assert wrong == pytest.approx(exact, abs=0.006)


@pytest.mark.parametrize(("walked", "detected"), [(0, 0), (10, 11), (10, -1)])
def test_what_is_no_result_of_a_test_is_refused(walked: int, detected: int) -> None:
    with pytest.raises(ValueError, match="no result of a walk test"):
        lower_bound(walked, detected)


@pytest.mark.parametrize("confidence", [0.0, 1.0, math.nan])
def test_no_test_proves_anything_for_certain(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        lower_bound(10, 10, confidence)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"detected": 51}, "detected must not be more than walked"),
        ({"walked": 0, "detected": 0}, "greater than or equal to 1"),
        ({"to_m": 0}, "greater than 0"),
        ({"from_m": 1500}, "to_m must be greater than from_m"),
        ({"from_m": math.nan}, "less than or equal to 100000"),
        ({"pass_s": 0}, "greater than 0"),
        ({"by": "A. Person"}, "match pattern"),
        ({"by": ""}, "at least 1 character"),
        ({"target": "drone"}, "'person', 'vehicle' or 'animal'"),
        ({"name": "somebody"}, "Extra inputs are not permitted"),
    ],
)
def test_a_walk_test_that_cannot_be_is_refused_with_the_reason(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WalkTest(**{**TEST, **changed})


def test_a_walk_test_knows_what_it_proves() -> None:
    assert WalkTest(**TEST).bound == lower_bound(50, 49)
