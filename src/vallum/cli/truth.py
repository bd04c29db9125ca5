"""What really happened in a simulated night, told in the terminal when it ends."""

from __future__ import annotations

from pathlib import Path

import orjson
from rich.console import Console

from vallum.centre.registry import registry
from vallum.journal.reading import JournalReader
from vallum.server.models import TruthShape
from vallum.server.truth import truth_shape


def tell_truth(out: Console, folder: Path) -> None:
    """Print what happened, from the simulator's truth and the journal; nothing when the night left no truth."""
    file = folder / "truth.json"
    if not file.exists():
        return
    with JournalReader.open_to_read(folder, registry()) as journal:
        told = truth_shape(orjson.loads(file.read_bytes()), journal.rows("alarms"))
    out.print()
    for line in _lines(told):
        out.print(line, soft_wrap=True)


def _lines(told: TruthShape) -> list[str]:
    lines = [
        f"What really happened: {_count(told.crossed_groups, 'group')} ({told.crossed} people or vehicles) crossed the "
        f"line; {told.reported} reported by a sensor, {told.seen} with an alarm."
    ]
    lines += [
        f"  no alarm: {missed.at:%H:%M} UTC, km {missed.chainage_m / 1000:.1f}, {missed.kind}, {missed.count}"
        for missed in told.unseen
    ]
    causes = ", ".join(f"{count} {cause}" for cause, count in told.alarms_by_cause.items() if count)
    if told.alarms:
        lines.append(f"{_count(told.alarms, 'alarm')} about movement; what each was: {causes}.")
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
