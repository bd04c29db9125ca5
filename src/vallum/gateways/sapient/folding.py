"""How is a flood of bad reports kept from filling the journal?

The first of a kind is told at once; those alike that follow within ten seconds are counted and told as one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from vallum.gateways.sapient.reports import Quarantined

FOLD_S = 10.0


@dataclass(slots=True)
class _Fold:
    until_s: float
    last: Quarantined | None = None
    repeats: int = 0


class Folding:
    """Passes quarantined reports on, folded by node and reason.

    Reports of nodes that the centre does not know are folded together whatever they call themselves, because a name
    that anybody can invent must not buy a line in the journal.

    Parameters
    ----------
    known
        Says whether a node is one of the centre's.
    fold_s
        Length of one fold in seconds of the centre's clock.

    Examples
    --------
    >>> from vallum.watch.quarantine import ReportQuarantined
    >>> report = ReportQuarantined(quarantine_id="1", node_id="a", reason_code="absurd_time", reason="set the clock")
    >>> folding = Folding(known=lambda node_id: node_id == "a")
    >>> [len(folding.told(Quarantined(report, at_s=second, simulated=False))) for second in (0.0, 1.0, 2.0)]
    [1, 0, 0]
    >>> [line.report.repeats for line in folding.due(10.0)]
    [2]
    """

    def __init__(self, known: Callable[[str], bool], fold_s: float = FOLD_S) -> None:
        self._known = known
        self._fold_s = fold_s
        self._folds: dict[tuple[str, str], _Fold] = {}

    def told(self, quarantined: Quarantined) -> tuple[Quarantined, ...]:
        """Return what is to be told now that a report was set aside: what was folded before, and perhaps itself."""
        node_id = quarantined.report.node_id
        key = (node_id if self._known(node_id) else "", quarantined.report.reason_code)
        fold = self._folds.get(key)
        if fold is not None and quarantined.at_s < fold.until_s:
            fold.last = quarantined
            fold.repeats += 1
            return ()
        self._folds[key] = _Fold(until_s=quarantined.at_s + self._fold_s)
        return (*_summary(fold), quarantined)

    def due(self, now_s: float) -> tuple[Quarantined, ...]:
        """Return the summaries of folds that have ended, and forget those."""
        ended = [key for key, fold in self._folds.items() if now_s >= fold.until_s]
        return tuple(told for key in ended for told in _summary(self._folds.pop(key)))


def _summary(fold: _Fold | None) -> tuple[Quarantined, ...]:
    if fold is None or fold.last is None:
        return ()
    return (replace(fold.last, report=fold.last.report.model_copy(update={"repeats": fold.repeats})),)
