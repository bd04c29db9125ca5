from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vallum.simulate.faults import FAST_CLOCK_S, FIRST_MINUTE_S, drawn

NIGHT_S = 43_200.0


@given(seed=st.integers(0, 500), number=st.integers(0, 80))
def test_the_first_minute_is_quiet_but_for_the_fast_clock(seed: int, number: int) -> None:
    faults = drawn(seed, number, start_s=0.0, end_s=NIGHT_S)
    assert faults.silent_from_s > FIRST_MINUTE_S
    assert all(at_s > FIRST_MINUTE_S for at_s in faults.swaps_s)
    assert all(alert.at_s > FIRST_MINUTE_S for alert in faults.alerts)
    assert all(0 <= alert.sensor_index < number for alert in faults.alerts)


@given(seed=st.integers(0, 500), spared=st.sets(st.integers(0, 19), max_size=20))
def test_spared_sensors_stay_well(seed: int, spared: set[int]) -> None:
    faults = drawn(seed, 20, start_s=0.0, end_s=NIGHT_S, spared=spared)
    at_fault = [faults.silent_index, faults.fast_index, faults.swapping_index]
    assert not spared & {index for index in at_fault if index is not None}
    known = [index for index in at_fault if index is not None]
    assert len(set(known)) == len(known) == min(3, 20 - len(spared))


@given(seed=st.integers(0, 500))
def test_a_silent_sensor_comes_back(seed: int) -> None:
    faults = drawn(seed, 10, start_s=0.0, end_s=NIGHT_S)
    assert faults.silent_index is not None
    assert not faults.is_silent(faults.silent_index, faults.silent_from_s - 1.0)
    assert faults.is_silent(faults.silent_index, faults.silent_from_s + 1.0)
    assert not faults.is_silent(faults.silent_index, faults.silent_until_s + 1.0)
    assert not any(
        faults.is_silent(index, faults.silent_from_s + 1.0) for index in range(10) if index != faults.silent_index
    )


def test_one_clock_is_fast() -> None:
    faults = drawn(4, 10, start_s=0.0, end_s=NIGHT_S)
    assert sorted(faults.clock_error_s(index) for index in range(10)) == [0.0] * 9 + [FAST_CLOCK_S]


def test_faults_repeat_with_their_seed() -> None:
    first, again, other = (drawn(seed, 30, start_s=0.0, end_s=NIGHT_S) for seed in (3, 3, 4))
    assert first == again != other
