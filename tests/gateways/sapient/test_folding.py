"""A flood of bad reports becomes few lines, and none is uncounted."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from vallum.gateways.sapient.folding import FOLD_S, Folding
from vallum.gateways.sapient.reports import Quarantined
from vallum.watch.quarantine import ReportQuarantined


def bad(at_s: float, node: str = "known", code: str = "incomplete") -> Quarantined:
    report = ReportQuarantined(quarantine_id=str(uuid4()), node_id=node, reason_code=code, reason="words")
    return Quarantined(report=report, at_s=at_s, simulated=False)


def folding() -> Folding:
    return Folding(known=lambda node: node == "known")


def test_the_first_is_told_at_once_and_the_rest_as_one_when_the_fold_ends() -> None:
    fold = folding()
    assert [len(fold.told(bad(float(second)))) for second in range(5)] == [1, 0, 0, 0, 0]
    assert fold.due(FOLD_S - 0.1) == ()
    (summary,) = fold.due(FOLD_S)
    assert (summary.report.repeats, summary.at_s) == (4, 4.0)
    assert fold.due(1e9) == ()


def test_one_alone_is_told_once() -> None:
    fold = folding()
    assert len(fold.told(bad(0.0))) == 1
    assert fold.due(FOLD_S) == ()


def test_nodes_and_reasons_are_folded_apart_but_invented_nodes_together() -> None:
    fold = folding()
    assert fold.told(bad(0.0))
    assert fold.told(bad(0.0, code="absurd_time"))
    assert fold.told(bad(0.0, node="invented 1"))
    assert not fold.told(bad(0.0, node="invented 2"))


@given(gaps=st.lists(st.floats(0.0, 8.0), max_size=60))
def test_every_report_is_in_exactly_one_line(gaps: list[float]) -> None:
    fold, at_s = folding(), 0.0
    lines: list[Quarantined] = []
    for gap in gaps:
        at_s += gap
        lines += fold.due(at_s)
        lines += fold.told(bad(at_s))
    lines += fold.due(float("inf"))
    assert sum(line.report.repeats for line in lines) == len(gaps)
    assert len({line.report.quarantine_id for line in lines}) == len(lines)
    assert len(lines) <= 2 * (at_s / FOLD_S + 1)
