"""What is kept of one detection and of one point of a track?

Observations are too many to be records: they live in a store of their own with a retention period. Times are unix
seconds UTC, positions degrees WGS 84, bearings degrees true clockwise from north, distances metres; `sd` is one
standard deviation.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from vallum.journal.canonical import canonical_bytes

TABLES = MetaData()
DETECTIONS = Table(
    "detections",
    TABLES,
    Column("row", Integer, primary_key=True),
    Column("node_id", String, nullable=False),
    Column("session", String, nullable=False),
    Column("report_id", String, nullable=False, index=True),
    Column("sensor_id", String, nullable=False),
    Column("sent_s", Float, nullable=False),
    Column("received_s", Float, nullable=False),
    Column("event_s", Float, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("position_sd_m", Float),
    Column("azimuth_deg", Float),
    Column("azimuth_sd_deg", Float),
    Column("range_m", Float),
    Column("range_sd_m", Float),
    Column("classification", String, nullable=False),
    Column("quality", String, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("still", LargeBinary),
    UniqueConstraint("node_id", "session", "report_id"),
)
TRACK_POINTS = Table(
    "track_points",
    TABLES,
    Column("row", Integer, primary_key=True),
    Column("track", String, nullable=False),
    Column("time_s", Float, nullable=False, index=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("velocity_east_mps", Float, nullable=False),
    Column("velocity_north_mps", Float, nullable=False),
    Column("covariance", String, nullable=False),
    Column("state", String, nullable=False),
    Column("classification", String, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Index("track_points_by_track", "track", "time_s"),
)
TRACK_NUMBERS = Table("track_numbers", TABLES, Column("highest", Integer, primary_key=True))
CURSORS = Table(
    "cursors",
    TABLES,
    Column("node_id", String, nullable=False),
    Column("session", String, nullable=False),
    Column("stored_count", Integer, nullable=False),
    Column("duplicate_count", Integer, nullable=False),
    Column("last_report_id", String, nullable=False),
    Column("changed", Integer, nullable=False),
    PrimaryKeyConstraint("node_id", "session"),
)
_WRITTEN_AS_JSON = frozenset({"classification", "quality", "covariance"})


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """One measurement by one sensor, as it came and as it was understood.

    Parameters
    ----------
    node_id, session, report_id
        Who sent it in which session. Node and report are unique together, so that a report that is sent twice is stored
        once, also when the node has connected again in between.
    sent_s, received_s, event_s
        By the node's clock, by the centre's, and when it happened after correction for the node's clock.
    classification
        Probability from 0 to 1 by class.
    quality
        Flags, for example `clock uncertain`.
    raw
        The message as it arrived.
    still
        PNG image that the sensor gave, if any.

    Raises
    ------
    ValueError
        When a number is NaN or infinite; such a report belongs in quarantine.

    Examples
    --------
    >>> DetectionRow(node_id="tower-1", session="1", report_id="A", sensor_id="camera", sent_s=1.0, received_s=1.1,
    ...              event_s=1.0, kind="detection", lon=float("nan"), lat=36.0)
    Traceback (most recent call last):
    ...
    ValueError: report A of node tower-1: lon is nan; it belongs in quarantine, not in the store
    """

    node_id: str
    session: str
    report_id: str
    sensor_id: str
    sent_s: float
    received_s: float
    event_s: float
    kind: str
    lon: float | None = None
    lat: float | None = None
    position_sd_m: float | None = None
    azimuth_deg: float | None = None
    azimuth_sd_deg: float | None = None
    range_m: float | None = None
    range_sd_m: float | None = None
    classification: Mapping[str, float] = field(default_factory=dict)
    quality: tuple[str, ...] = ()
    simulated: bool = False
    raw: bytes = b""
    still: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that the store could not give back."""
        _refuse_no_number(self, f"report {self.report_id} of node {self.node_id}")

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes the report unique: node and report.

        Examples
        --------
        >>> DetectionRow(node_id="n", session="s", report_id="r", sensor_id="c", sent_s=1.0, received_s=1.1,
        ...              event_s=1.0, kind="detection").key
        ('n', 'r')
        """
        return self.node_id, self.report_id

    def says_the_same_as(self, other: "DetectionRow", same: Callable[[bytes, bytes], bool] = operator.eq) -> bool:
        """Return whether two reports of the same key have the same content, whenever and however often they came.

        Parameters
        ----------
        other
            The other report.
        same
            Tells of two different messages whether they carry the same report: sent again, it may be dated anew.

        Examples
        --------
        >>> row = DetectionRow(node_id="n", session="s", report_id="r", sensor_id="c", sent_s=1.0, received_s=1.1,
        ...                    event_s=1.0, kind="detection", raw=b"abc")
        >>> row.says_the_same_as(replace(row, received_s=9.0)), row.says_the_same_as(replace(row, raw=b"abd"))
        (True, False)
        """
        if self.raw or other.raw:
            return self.raw == other.raw or same(self.raw, other.raw)
        return replace(self, received_s=other.received_s, session=other.session) == other


@dataclass(frozen=True, slots=True)
class TrackPointRow:
    """Where a track was believed to be at one time.

    Parameters
    ----------
    velocity_east_mps, velocity_north_mps
        Metres per second.
    covariance
        Row by row over east m, north m, east m/s, north m/s: 16 numbers, or none when unknown.
    state
        One of the states of a track.
    classification
        Probability from 0 to 1 by class.

    Raises
    ------
    ValueError
        When a number is NaN or infinite.

    Examples
    --------
    >>> TrackPointRow(track="T1", time_s=1.0, lon=41.0, lat=36.0, velocity_east_mps=1.0, velocity_north_mps=0.0).state
    'maintaining'
    """

    track: str
    time_s: float
    lon: float
    lat: float
    velocity_east_mps: float
    velocity_north_mps: float
    covariance: tuple[float, ...] = ()
    state: str = "maintaining"
    classification: Mapping[str, float] = field(default_factory=dict)
    simulated: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that the store could not give back."""
        _refuse_no_number(self, f"track {self.track}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a node's reports are on the disk.

    `stored` counts reports, `duplicates` those that came again and were not stored again; `last_report_id` is the
    last one stored, None when there is none. `session` is None in the total over a node's sessions.
    """

    node_id: str
    session: str | None
    stored: int
    duplicates: int
    last_report_id: str | None


def columns_of(row: DetectionRow | TrackPointRow) -> dict[str, Any]:
    """Return a row as the columns of its table.

    Examples
    --------
    >>> point = TrackPointRow(track="T1", time_s=1.0, lon=41.0, lat=36.0, velocity_east_mps=1.0,
    ...                       velocity_north_mps=0.0, classification={"person": 0.75})
    >>> columns_of(point)["classification"]
    '{"person":0.75}'
    """
    columns = {each.name: getattr(row, each.name) for each in fields(row)}
    for name in _WRITTEN_AS_JSON & columns.keys():
        columns[name] = canonical_bytes(columns[name]).decode()
    return columns


def detection_of(columns: Mapping[Any, Any]) -> DetectionRow:
    """Return the detection in the columns of `DETECTIONS`; a column that was not read keeps its default.

    Examples
    --------
    >>> row = DetectionRow(node_id="n", session="s", report_id="r", sensor_id="c", sent_s=1.0, received_s=1.1,
    ...                    event_s=1.0, kind="detection", quality=("late",))
    >>> detection_of(columns_of(row)) == row
    True
    """
    return DetectionRow(**_values(DetectionRow, columns))


def track_point_of(columns: Mapping[Any, Any]) -> TrackPointRow:
    """Return the point in the columns of `TRACK_POINTS`.

    Examples
    --------
    >>> row = TrackPointRow(track="T1", time_s=1.0, lon=41.0, lat=36.0, velocity_east_mps=1.0, velocity_north_mps=0.0)
    >>> track_point_of(columns_of(row)) == row
    True
    """
    return TrackPointRow(**_values(TrackPointRow, columns))


def _values(kind: type[DetectionRow] | type[TrackPointRow], columns: Mapping[Any, Any]) -> dict[str, Any]:
    values = {each.name: columns[each.name] for each in fields(kind) if each.name in columns}
    for name in _WRITTEN_AS_JSON & values.keys():
        values[name] = orjson.loads(values[name])
    for name in ("quality", "covariance"):
        if name in values:
            values[name] = tuple(values[name])
    return values


def _refuse_no_number(row: DetectionRow | TrackPointRow, whose: str) -> None:
    for each in fields(row):
        value = getattr(row, each.name)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{whose}: {each.name} is {value}; it belongs in quarantine, not in the store")
