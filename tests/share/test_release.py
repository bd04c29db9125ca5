from hypothesis import given
from hypothesis import strategies as st

from vallum.share.release import Agreement, release

parties = st.sampled_from(["national guard", "regional guard", "neighbour A", "coalition"])
types = st.sampled_from(["alarm.raised", "incident.opened"])
labels = st.lists(parties, max_size=4)
agreements = st.lists(st.builds(Agreement, parties, st.frozensets(types, max_size=2)), max_size=6)


@given(agreements, types)
def test_a_record_without_a_label_is_seen_by_nobody_outside(agreed: list[Agreement], record_type: str) -> None:
    assert release((), agreed, record_type).to == ()


@given(labels, types)
def test_without_an_agreement_nothing_is_released_whatever_the_label_says(label: list[str], record_type: str) -> None:
    told = release(label, (), record_type)
    assert told.to == ()
    assert told.words.startswith("released to nobody: ")


@given(labels, agreements, types)
def test_only_who_is_named_and_covered_sees(label: list[str], agreed: list[Agreement], record_type: str) -> None:
    for party in release(label, agreed, record_type).to:
        assert party in label
        assert any(one.party == party and record_type in one.record_types for one in agreed)


@given(labels, agreements, types, st.data())
def test_adding_a_restriction_never_widens_what_anyone_sees(
    label: list[str], agreed: list[Agreement], record_type: str, data: st.DataObject
) -> None:
    fewer_parties = [party for party in label if data.draw(st.booleans())]
    fewer_agreements = [one for one in agreed if data.draw(st.booleans())]
    narrowed = release(fewer_parties, fewer_agreements, record_type)
    assert set(narrowed.to) <= set(release(label, agreed, record_type).to)


def test_the_words_name_the_reason() -> None:
    covered = Agreement("coalition", frozenset({"alarm.raised"}))
    assert release(["coalition"]).words == "released to nobody: no agreement covers alarms"
    assert release(["coalition"], [covered]).words == "released to coalition"
    assert release(["coalition"], [covered], "incident.opened").words.endswith("no agreement covers incidents")
