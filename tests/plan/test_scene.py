"""The ground that all cases share is laid out for all of them, whoever asks for which."""

from __future__ import annotations

import numpy as np

from vallum.plan.case import Case
from vallum.plan.sight import see
from vallum.project import load


def test_what_is_found_in_a_case_does_not_depend_on_the_cases_asked_beside_it() -> None:
    project = load("iraq-syria")
    night, more = Case(), (Case(target="vehicle", light="day"), Case(weather="dust"))
    alone, beside = (
        see(project.frontier, project.terrain_sources, project.sensors[:8], cases, cell_m=500.0)
        for cases in ((night,), (*more, night))
    )
    assert alone.strip == beside.strip
    assert alone.opinion_share == beside.opinion_share
    assert np.array_equal(alone.coverage.of(night).added, beside.coverage.of(night).added)
    assert alone.lane(night).stretches == beside.lane(night).stretches
