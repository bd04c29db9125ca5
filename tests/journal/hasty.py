"""The journal that the crash tests must catch: it says "written" before it is."""

import time

from vallum.journal import Change, Journal, Record
from vallum.journal.journal import Submission
from vallum.journal.sealing import Sealing


class HastyJournal(Journal):
    def _commit(
        self, batch: list[Submission]
    ) -> tuple[list[tuple[Record, ...] | Exception], tuple[Record, ...], list[Change]]:
        answers: list[tuple[Record, ...] | Exception] = []
        with self._engine.begin() as connection:
            sealing = Sealing(connection, self.registry, self._tables, self._signer, self._tail, self.clock.now())
            answers.extend(sealing.add(submission.drafts) for submission in batch)
            tail, records, changes = sealing.write()
            super()._acknowledge(batch, answers, records)
            time.sleep(0.02)
        self._tail = tail
        return answers, records, changes

    def _acknowledge(
        self, batch: list[Submission], answers: list[tuple[Record, ...] | Exception], records: tuple[Record, ...]
    ) -> None:
        """Everything was acknowledged too early."""
