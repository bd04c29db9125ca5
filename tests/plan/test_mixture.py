from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.plan.case import Case
from vallum.plan.coverage import Exposures
from vallum.plan.mixture import State, common_states, over_states

CLEAR, DUST = Case(), Case(weather="dust")


def one_way(*adds: float) -> Exposures:
    names = tuple("ABCDEF"[: len(adds)])
    return Exposures(names, np.tile(np.array(adds)[None, :, None], (3, 1, 1)), np.zeros((len(adds), 1)))


@given(st.integers(0, 60), st.sampled_from(["person", "vehicle"]), st.booleans())
def test_kinds_of_night_share_the_whole_time_however_many_links_there_are(
    links: int, target: str, proven_only: bool
) -> None:
    case = Case(target=target, proven_only=proven_only)  # type: ignore[arg-type]
    states = common_states(case, {f"link {number}": [f"S{number}"] for number in range(links)})
    assert sum(state.weight for state in states) == pytest.approx(1.0)
    assert all(state.weight >= 0.0 and state.source for state in states)
    assert {(state.case.target, state.case.proven_only) for state in states} == {(target, proven_only)}
    assert sum(bool(state.out) for state in states) == links


@given(st.floats(0.0, 1.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_chances_are_averaged_over_kinds_of_night(
    share: float, clear_a: float, clear_b: float, dust_a: float, dust_b: float
) -> None:
    states = [State("clear", 1.0 - share, CLEAR), State("dust", share, DUST, frozenset({"B"}))]
    found = over_states(states, {CLEAR: one_way(clear_a, clear_b), DUST: one_way(dust_a, dust_b)})
    by_hand = (1.0 - share) * (1.0 - np.exp(-clear_a - clear_b)) + share * (1.0 - np.exp(-dust_a))
    assert found == pytest.approx(np.full((3, 1), by_hand), abs=1e-12)


def test_what_fails_together_is_not_taken_for_what_fails_apart() -> None:
    """Four cameras that a storm takes at once do not see in it, however many they are."""
    seen = {CLEAR: one_way(*[3.0] * 4), DUST: one_way(*[0.0] * 4)}
    found = float(over_states([State("clear", 0.9, CLEAR), State("dust", 0.1, DUST)], seen)[1, 0])
    each = 0.9 * (1.0 - np.exp(-3.0))
    flattering = 1.0 - (1.0 - each) ** 4
    assert found < 0.9
    assert flattering > 0.999


def test_weights_that_do_not_add_up_and_cases_that_were_not_worked_out_are_refused() -> None:
    with pytest.raises(ValueError, match=r"add up to 0\.9, not 1"):
        over_states([State("clear", 0.9, CLEAR)], {CLEAR: one_way(1.0)})
    with pytest.raises(KeyError):
        over_states([State("dust", 1.0, DUST)], {CLEAR: one_way(1.0)})
