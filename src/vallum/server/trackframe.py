"""How are tracks put into a binary frame for the page?

Little endian. Header, 16 bytes: u8 version = 1, u8 kind (1 = these moved, 2 = these are all), u16 zero, u32 count,
f64 time in unix seconds of the centre's clock. Then 44 bytes for each track: `ROW`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

from vallum.centre.tracks import TrackNow
from vallum.watch.detection import CLASSIFICATIONS

VERSION = 1
HEADER = struct.Struct("<BBHId")
ROW = np.dtype(
    [
        ("track", "<u4"),
        ("classification", "u1"),
        ("state", "u1"),
        ("flags", "u1"),
        ("count_high", "u1"),
        ("lon", "<f4"),
        ("lat", "<f4"),
        ("speed_m_s", "<f4"),
        ("course_deg", "<f4"),
        ("chainage_m", "<f4"),
        ("offset_m", "<f4"),
        ("sd_m", "<f4"),
        ("quality", "<f4"),
        ("eta_s", "<f4"),
    ]
)
STATES = ("initiating", "maintaining", "stopped", "dropping", "terminated")
SIMULATED, TO_CROSS, THIS_SIDE, UNCERTAIN_BAND = 1, 2, 4, 8


def track_frame(tracks: Iterable[TrackNow], now_s: float, *, full: bool) -> bytes:
    """Put tracks into a frame.

    Parameters
    ----------
    tracks : iterable of TrackNow
        What moved, or everything.
    now_s : float
        The centre's time, unix seconds.
    full : bool
        Whether these are all tracks there are.

    Examples
    --------
    >>> len(track_frame([], 0.0, full=True))
    16
    """
    rows = [_row(track, now_s) for track in tracks]
    header = HEADER.pack(VERSION, 2 if full else 1, 0, len(rows), now_s)
    return header + np.array(rows, dtype=ROW).tobytes()


def _row(track: TrackNow, now_s: float) -> tuple[float | int, ...]:
    forecast = track.forecast
    flags = (
        (SIMULATED if track.simulated else 0)
        | (TO_CROSS if forecast is not None else 0)
        | (THIS_SIDE if track.side == "this side" else 0)
        | (UNCERTAIN_BAND if track.side == "uncertain band" else 0)
    )
    return (
        track.track,
        CLASSIFICATIONS.index(track.classification),
        STATES.index(track.state),
        flags,
        min(track.count_high or 0, 255),
        track.lon,
        track.lat,
        track.speed_m_s,
        track.course_deg,
        track.chainage_m,
        track.offset_m,
        track.sd_m,
        track.quality,
        -1.0 if forecast is None else forecast.at.timestamp() - now_s,
    )
