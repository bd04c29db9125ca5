"""How are changes put into words for the pages: one JSON text for each, made once however many pages are open."""

from __future__ import annotations

import orjson

from vallum.journal.views import Change


def changed_message(change: Change) -> bytes:
    """Tell that one row is new, different or gone.

    Examples
    --------
    >>> changed_message(Change("alarms", "A1", None))
    b'{"kind":"changed","view":"alarms","key":"A1","row":null}'
    """
    row = None if change.row is None else change.row.model_dump(mode="json")
    return orjson.dumps({"kind": "changed", "view": change.view, "key": change.key, "row": row})
