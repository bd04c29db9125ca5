"""Is this a simulated night, is it over, and what does the simulator say happened in it?

The centre cannot tell simulated sensors from real ones except by their mark; it only knows where the truth will be
written and how to ask for the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson


@dataclass(frozen=True, slots=True)
class Night:
    """A simulated night that runs beside the centre."""

    ends: datetime
    truth_path: Path
    ask_to_end: Callable[[], None]
    has_ended: Callable[[], bool]

    def state(self) -> Literal["running", "over"]:
        """Tell whether the simulator has stopped and left its truth."""
        return "over" if self.has_ended() and self.truth_path.exists() else "running"

    def truth(self) -> Mapping[str, Any] | None:
        """Give the simulator's truth once the night is over; before, nobody may look."""
        if self.state() == "running":
            return None
        told: Mapping[str, Any] = orjson.loads(self.truth_path.read_bytes())
        return told
