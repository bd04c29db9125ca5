from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.assets.conditions import LIGHTS, TARGETS, WEATHERS
from vallum.plan.case import PROVEN_ONLY, STANDARD, Case

ALL = [Case(*words) for words in product(TARGETS, LIGHTS, WEATHERS, (False, True))]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_every_case_is_found_again_by_its_name(case: Case) -> None:
    assert Case.named(case.name) == case


@given(st.sampled_from(ALL))
def test_the_order_of_the_words_says_nothing(case: Case) -> None:
    words = [case.light, case.weather, case.target, *([PROVEN_ONLY] if case.proven_only else [])]
    for order in permutations(words):
        assert Case.named("-".join(order)) == case


def test_what_is_not_said_is_a_clear_night_and_a_person() -> None:
    assert Case.named("") == Case("person", "night", "clear")
    assert Case.named("dust") == Case(weather="dust")
    assert Case.named("proven-only") == Case(proven_only=True)
    assert Case.named("foot") == Case.named("people") == Case()


@pytest.mark.parametrize(
    ("name", "said"),
    [("night-snow", "'snow' is none of"), ("night-day", "make two cases of it"), ("person-animal-dust", "cannot both")],
)
def test_a_name_that_is_none_is_refused_with_what_could_be_meant(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Case.named(name)


def test_the_cases_of_every_day_are_told_apart_by_their_names() -> None:
    assert len({case.name for case in STANDARD}) == len(STANDARD)
