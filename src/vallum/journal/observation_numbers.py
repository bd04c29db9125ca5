"""Which number did the newest track ever have?

One row beside the points, moved in the transaction that stores them: asking costs nothing however many points there
are, and a number stays taken when the points of its track are deleted.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Integer, cast, func, insert, select, update

from vallum.journal.observation_rows import TRACK_NUMBERS, TRACK_POINTS, TrackPointRow


def highest_number(connection: Connection) -> int:
    """Return the highest track number of which points were ever stored, or 0.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.observation_rows import TABLES
    >>> with create_engine("sqlite://").begin() as connection:
    ...     TABLES.create_all(connection)
    ...     begin_numbers(connection)
    ...     raise_number(connection, [TrackPointRow("7", 1.0, 41.0, 36.0, 0.0, 0.0)])
    ...     raise_number(connection, [TrackPointRow("6", 2.0, 41.0, 36.0, 0.0, 0.0)])
    ...     highest_number(connection)
    7
    """
    return connection.execute(select(func.max(TRACK_NUMBERS.c.highest))).scalar_one_or_none() or 0


def begin_numbers(connection: Connection) -> None:
    """Make the row where there is none, from the points of a store that is older than the row."""
    if connection.execute(select(TRACK_NUMBERS.c.highest)).first() is None:
        highest = select(func.coalesce(func.max(cast(TRACK_POINTS.c.track, Integer)), 0))
        connection.execute(insert(TRACK_NUMBERS).from_select(["highest"], highest))


def raise_number(connection: Connection, points: Sequence[TrackPointRow]) -> None:
    """Take in the numbers of points that are stored in the same transaction; names that are no numbers do not count."""
    highest = max((int(point.track) for point in points if point.track.isdecimal()), default=0)
    connection.execute(update(TRACK_NUMBERS).where(TRACK_NUMBERS.c.highest < highest).values(highest=highest))
