import itertools

from hypothesis import given
from hypothesis import strategies as st

from vallum.watch.detection import CLASSIFICATIONS, Classification
from vallum.watch.tracker.classify import gathered, judged

NOTHING = (0.0, 0.0, 0.0)
reports = st.lists(
    st.tuples(st.sampled_from(CLASSIFICATIONS), st.floats(0.0, 1.0)), max_size=4, unique_by=lambda pair: pair[0]
)


def after(*said: tuple[Classification, float]) -> tuple[float, float, float]:
    evidence = NOTHING
    for one in said:
        evidence = gathered(evidence, [one])
    return evidence


def often(times: int, classification: Classification, confidence: float) -> tuple[float, float, float]:
    return after(*[(classification, confidence)] * times)


def test_what_several_looks_call_a_person_is_a_person() -> None:
    assert judged(often(3, "person", 0.7), 1.2, 0.5)[0] == "person"


def test_what_nobody_named_is_unknown() -> None:
    assert judged(NOTHING, 1.0, 0.5)[0] == "unknown"
    assert after(("unknown", 0.9)) == NOTHING


def test_nobody_walks_at_fifteen_metres_a_second() -> None:
    assert judged(often(4, "person", 0.6), 15.0, 0.5)[0] == "vehicle"


def test_an_unsure_speed_decides_nothing() -> None:
    assert judged(often(4, "person", 0.8), 6.0, 6.0)[0] == "person"


def test_no_class_is_ruled_out_for_good() -> None:
    long_an_animal = often(1000, "animal", 0.95)
    evidence = long_an_animal
    for _ in range(12):
        evidence = gathered(evidence, [("person", 0.9)])
    assert judged(evidence, 1.2, 0.3)[0] == "person"


@given(st.lists(reports, max_size=20), st.floats(0.0, 60.0), st.floats(0.01, 20.0))
def test_a_class_always_has_a_probability(
    looks: list[list[tuple[Classification, float]]], speed_m_s: float, speed_sd_m_s: float
) -> None:
    evidence = NOTHING
    for said in looks:
        evidence = gathered(evidence, said)
    assert max(evidence) == 0.0
    classification, probability = judged(evidence, speed_m_s, speed_sd_m_s)
    assert classification in CLASSIFICATIONS
    assert 1.0 / 3.0 - 1e-9 <= probability <= 1.0


@given(reports)
def test_the_order_in_one_report_does_not_matter(said: list[tuple[Classification, float]]) -> None:
    assert len({tuple(round(v, 9) for v in gathered(NOTHING, order)) for order in itertools.permutations(said)}) == 1
