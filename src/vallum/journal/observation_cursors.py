"""How is each report stored exactly once, and its node's cursor moved with it?"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from vallum.journal.observation_rows import CURSORS, DETECTIONS, Cursor, DetectionRow, columns_of, detection_of


def store_detections(
    connection: Connection, rows: Sequence[DetectionRow], same: Callable[[bytes, bytes], bool] = operator.eq
) -> tuple[list[Cursor], list[tuple[DetectionRow, DetectionRow]]]:
    """Store detections that are not stored yet, and move the cursors of their nodes, inside the caller's transaction.

    A report that its node sent in an earlier session is on the disk already: it is not stored again, and the cursor of
    the new session says that it has come so far.

    Parameters
    ----------
    connection, rows
        The open transaction; what came, in order.
    same
        As of `DetectionRow.says_the_same_as`.

    Returns
    -------
    tuple
        The cursors moved, and pairs of (stored, refused) reports that have the same key and different content.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.observation_rows import TABLES
    >>> row = DetectionRow("tower-1", "session", "report", "camera", 1.0, 1.1, 1.0, "detection")
    >>> with create_engine("sqlite://").begin() as connection:
    ...     TABLES.create_all(connection)
    ...     moved, refused = store_detections(connection, [row, row])
    ...     moved[0].stored, moved[0].duplicates, refused
    (1, 1, [])
    """
    named = select(DETECTIONS).where(DETECTIONS.c.report_id.in_({row.report_id for row in rows}))
    known: dict[tuple[str, str], DetectionRow] = {}
    for stored in map(detection_of, connection.execute(named.order_by(DETECTIONS.c.row)).mappings()):
        known.setdefault(stored.key, stored)
    moved: dict[tuple[str, str], Cursor] = {}
    fresh: list[DetectionRow] = []
    refused: list[tuple[DetectionRow, DetectionRow]] = []
    for row in rows:
        place = (row.node_id, row.session)
        cursor = moved.get(place) or _read_cursor(connection, *place)
        first = known.get(row.key)
        if first is None:
            known[row.key] = row
            fresh.append(row)
            moved[place] = replace(cursor, stored=cursor.stored + 1, last_report_id=row.report_id)
        else:
            # what came in this session before is behind its cursor; what an earlier session stored moves it
            last = cursor.last_report_id if first.session == row.session else row.report_id
            moved[place] = replace(cursor, duplicates=cursor.duplicates + 1, last_report_id=last)
            if not row.says_the_same_as(first, same):
                refused.append((first, row))
    if fresh:
        connection.execute(insert(DETECTIONS), [columns_of(row) for row in fresh])
    _write_cursors(connection, list(moved.values()))
    return list(moved.values()), refused


def _read_cursor(connection: Connection, node_id: str, session: str) -> Cursor:
    statement = select(CURSORS).where(CURSORS.c.node_id == node_id, CURSORS.c.session == session)
    row = connection.execute(statement).first()
    if row is None:
        return Cursor(node_id=node_id, session=session, stored=0, duplicates=0, last_report_id=None)
    return Cursor(node_id, session, row.stored_count, row.duplicate_count, row.last_report_id)


def _write_cursors(connection: Connection, cursors: Sequence[Cursor]) -> None:
    changed = connection.execute(select(func.coalesce(func.max(CURSORS.c.changed), 0))).scalar_one() + 1
    places = [(cursor.node_id, cursor.session) for cursor in cursors]
    connection.execute(delete(CURSORS).where(tuple_(CURSORS.c.node_id, CURSORS.c.session).in_(places)))
    written = [
        {
            "node_id": cursor.node_id,
            "session": cursor.session,
            "stored_count": cursor.stored,
            "duplicate_count": cursor.duplicates,
            "last_report_id": cursor.last_report_id,
            "changed": changed,
        }
        for cursor in cursors
    ]
    connection.execute(insert(CURSORS), written)
