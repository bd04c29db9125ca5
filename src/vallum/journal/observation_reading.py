"""What did the sensors report and the tracker believe, between two times?"""

from sqlalchemy import Engine, select

from vallum.journal.observation_numbers import highest_number
from vallum.journal.observation_rows import (
    CURSORS,
    DETECTIONS,
    TRACK_POINTS,
    Cursor,
    DetectionRow,
    TrackPointRow,
    detection_of,
    track_point_of,
)


class ObservationsReader:
    """The questions that an observation store answers, from what is on the disk.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.observation_rows import TABLES
    >>> engine = create_engine("sqlite://")
    >>> TABLES.create_all(engine)
    >>> ObservationsReader(engine).between(0.0, 1.0)
    []
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self, node_id: str, session: str | None = None) -> Cursor:
        """Return how far a node's reports are on the disk, in one session or over all of them.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).cursor("tower-1").stored
        0
        """
        statement = select(CURSORS).where(CURSORS.c.node_id == node_id).order_by(CURSORS.c.changed)
        if session is not None:
            statement = statement.where(CURSORS.c.session == session)
        with self._engine.connect() as connection:
            found = connection.execute(statement).all()
        return Cursor(
            node_id=node_id,
            session=session,
            stored=sum(row.stored_count for row in found),
            duplicates=sum(row.duplicate_count for row in found),
            last_report_id=found[-1].last_report_id if found else None,
        )

    def between(self, from_s: float, until_s: float, *, limit: int | None = None) -> list[DetectionRow]:
        """Return detections with `from_s` <= `event_s` < `until_s` in order of time, at most `limit`.

        Stills are left out, as they are large: ask `still`.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).between(0.0, 10.0, limit=5)
        []
        """
        light = [column for column in DETECTIONS.c if column.name != "still"]
        statement = select(*light).where(DETECTIONS.c.event_s >= from_s, DETECTIONS.c.event_s < until_s)
        statement = statement.order_by(DETECTIONS.c.event_s, DETECTIONS.c.row).limit(limit)
        with self._engine.connect() as connection:
            return [detection_of(row) for row in connection.execute(statement).mappings()]

    def of_track(self, track: str, from_s: float = float("-inf"), until_s: float = float("inf")) -> list[TrackPointRow]:
        """Return the points of one track with `from_s` <= `time_s` < `until_s`, in order of time.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).of_track("1")
        []
        """
        return self._points(from_s, until_s, track)

    def track_points_between(self, from_s: float, until_s: float) -> list[TrackPointRow]:
        """Return the points of all tracks with `from_s` <= `time_s` < `until_s`, in order of time.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).track_points_between(0.0, 10.0)
        []
        """
        return self._points(from_s, until_s, None)

    def highest_track(self) -> int:
        """Return the highest track number of which points were ever stored, or 0; new tracks go on after it.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).highest_track()
        0
        """
        with self._engine.connect() as connection:
            return highest_number(connection)

    def still(self, node_id: str, report_id: str) -> bytes | None:
        """Return the PNG image that came with a node's report, or None.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.observation_rows import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> ObservationsReader(engine).still("tower-1", "r1") is None
        True
        """
        statement = select(DETECTIONS.c.still).where(
            DETECTIONS.c.report_id == report_id, DETECTIONS.c.node_id == node_id, DETECTIONS.c.still.is_not(None)
        )
        with self._engine.connect() as connection:
            return connection.execute(statement.order_by(DETECTIONS.c.row.desc()).limit(1)).scalar_one_or_none()

    def _points(self, from_s: float, until_s: float, track: str | None) -> list[TrackPointRow]:
        statement = select(TRACK_POINTS).where(TRACK_POINTS.c.time_s >= from_s, TRACK_POINTS.c.time_s < until_s)
        if track is not None:
            statement = statement.where(TRACK_POINTS.c.track == track)
        statement = statement.order_by(TRACK_POINTS.c.time_s, TRACK_POINTS.c.row)
        with self._engine.connect() as connection:
            return [track_point_of(row) for row in connection.execute(statement).mappings()]
