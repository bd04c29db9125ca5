"""Which fixes does the log of a patrol hold, GPX or CSV, and which of its rows cannot be used?

A log is written by a receiver that loses the sky and is switched off: a row that cannot be used is put aside with a
reason and the rest is read. Names, descriptions and whatever else a receiver writes of its owner are not read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from vallum.project.cell import CellError, moment, number
from vallum.project.problem import Problem, ProjectError, quoted
from vallum.project.table import Column, read_table

FloatArray = NDArray[np.float64]
Fix = tuple[float, float, float]  # seconds since 1970 UTC, longitude, latitude

LARGEST_BYTES = 300_000_000
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # the first receivers; 1980 is a receiver that has not seen the sky yet
_DEEPEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Fixes of one receiver in the order of the file.

    Attributes
    ----------
    time_s
        Seconds since 1970 UTC, shape (fixes,).
    lon, lat
        Degrees WGS 84, shape (fixes,).
    """

    time_s: FloatArray
    lon: FloatArray
    lat: FloatArray


@dataclass(frozen=True, slots=True)
class PatrolLog:
    """What a log holds.

    Attributes
    ----------
    file
        Its name.
    tracks
        The fixes that can be used, receiver by receiver.
    put_aside
        What cannot be used: row (in a GPX the line), what stands there, what should.
    """

    file: str
    tracks: tuple[Fixes, ...]
    put_aside: tuple[Problem, ...]


def read_patrol_log(path: Path) -> PatrolLog:
    """Read a log: GPX with tracks, or CSV with the columns time, lon, lat and, for several receivers, track.

    Raises
    ------
    ProjectError
        If the file as a whole is no log: not readable, too large, no XML or table, XML that declares a document type or
        entities, or without a single fix that can be used.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            found = f"{size / 1e6:,.0f} MB"
            raise ProjectError(
                [Problem(path.name, None, None, found, f"at most {LARGEST_BYTES / 1e6:,.0f} MB; cut it")]
            )
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise ProjectError(
            [Problem(path.name, None, None, f"no file that can be read ({reason})", "a GPX or CSV log")]
        ) from None
    return read_log(path.name, content)


def read_log(file: str, content: bytes) -> PatrolLog:
    r"""Read the content of a log; as `read_patrol_log`.

    Examples
    --------
    >>> log = read_log("night.csv", b"time,lon,lat\n2021-03-17T15:50:00Z,42.0,36.0\nnoon,42.0,36.0\n")
    >>> log.tracks[0].lon.tolist(), str(log.put_aside[0])
    ([42.0], "night.csv row 3, time: found 'noon', expected a time with its zone, as 2021-03-17T15:50:00Z")
    """
    is_xml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or content[:2] in (b"\xff\xfe", b"\xfe\xff")
    tracks, put_aside = _gpx(file, content) if is_xml else _csv(file, content)
    if not tracks:
        expected = "a track (routes and waypoints are no log of a patrol)" if is_xml else "rows of time, lon, lat"
        raise ProjectError(put_aside[:1] or [Problem(file, None, None, "no fix with a time", expected)])
    return PatrolLog(file, tuple(tracks), tuple(put_aside))


def _time(cell: str) -> float:
    when = moment(cell)
    if when < _EARLIEST:
        raise CellError("a time after 1990; this receiver did not know it yet")
    return when.timestamp()


def _degrees(limit: float) -> Callable[[str], float]:
    def read(cell: str) -> float:
        value = number(cell)
        if abs(value) > limit:
            raise CellError(f"degrees from -{limit:g} to {limit:g}")
        return value

    return read


_READ: dict[str, Callable[[str], float]] = {"time": _time, "lon": _degrees(180.0), "lat": _degrees(90.0)}
COLUMNS = (*(Column(name, read) for name, read in _READ.items()), Column("track", required=False))


def _csv(file: str, content: bytes) -> tuple[list[Fixes], list[Problem]]:
    table = read_table(file, content, COLUMNS)
    # What else a receiver writes is passed over.
    problems = [problem for problem in table.problems if not problem.found.startswith("unknown column")]
    if whole := [problem for problem in problems if problem.row in (None, 1) or not table.rows]:
        raise ProjectError(whole)
    bad = {problem.row for problem in problems}
    by_track: dict[str, list[Fix]] = {}
    for row in table.rows:
        if row.number in bad:
            continue
        time_s, lon, lat = (row.values[name] for name in _READ)
        assert isinstance(time_s, float)
        assert isinstance(lon, float)
        assert isinstance(lat, float)
        if lon == lat == 0.0:
            problems.append(_nowhere(file, row.number))
        else:
            by_track.setdefault(row.cells.get("track", ""), []).append((time_s, lon, lat))
    return [_fixes(track) for track in by_track.values()], sorted(problems, key=lambda problem: problem.row or 0)


def _gpx(file: str, content: bytes) -> tuple[list[Fixes], list[Problem]]:
    """Read the tracks of a GPX 1.0 or 1.1 file; no document type, no entity, nothing from outside.

    A file that breaks off, as when a receiver runs out of power, is read as far as it goes.
    """
    reader = _GpxReader(file)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        reader.put_aside.append(
            Problem(file, error.lineno, None, f"XML that breaks off or cannot be read ({reason})", "a whole GPX file")
        )
    if reader.root is None and reader.put_aside:
        raise ProjectError(reader.put_aside)
    if reader.root != "gpx":
        found = f"a document <{reader.root}>" if reader.root else "no XML document"
        raise ProjectError([Problem(file, 1, None, found, "a GPX file, <gpx>, or CSV with time, lon, lat")])
    return [_fixes(track) for track in reader.tracks if track], reader.put_aside


class _GpxReader:
    """Takes track points as the parser meets them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: str | None = None
        self.tracks: list[list[Fix]] = []
        self.put_aside: list[Problem] = []
        self._path: list[str] = []
        self._place: tuple[str, str] = ("", "")
        self._time: list[str] | None = None
        self._row = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def _refuse(self, *_of_what: object) -> None:
        found = "a document type or an entity"
        raise ProjectError(
            [Problem(self.file, self.parser.CurrentLineNumber, None, found, "plain GPX, which needs neither")]
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if self.root is None:
            self.root = local
        self._path.append(local)
        if len(self._path) > _DEEPEST:
            found = f"elements more than {_DEEPEST} deep"
            raise ProjectError([Problem(self.file, self.parser.CurrentLineNumber, None, found, "a GPX file")])
        if local == "trk":
            self.tracks.append([])
        elif self._path[-3:] == ["trk", "trkseg", "trkpt"]:
            self._row = self.parser.CurrentLineNumber
            self._place = (attributes.get("lon", ""), attributes.get("lat", ""))
            self._time = []
        elif self._path[-2:] == ["trkpt", "time"]:
            self._time = [""]

    def _words(self, words: str) -> None:
        if self._time and self._path[-2:] == ["trkpt", "time"]:
            self._time[-1] += words

    def _end(self, _name: str) -> None:
        if self._path[-3:] == ["trk", "trkseg", "trkpt"]:
            cells = ((self._time or [""])[-1].strip(), *(part.strip() for part in self._place))
            self._take(cells)
            self._time = None
        self._path.pop()

    def _take(self, cells: Sequence[str]) -> None:
        values: list[float] = []
        for (name, read), cell in zip(_READ.items(), cells, strict=True):
            try:
                if not cell:
                    raise CellError("a value")
                values.append(read(cell))
            except CellError as expected:
                self.put_aside.append(Problem(self.file, self._row, name, quoted(cell), str(expected)))
                return
        time_s, lon, lat = values
        if lon == lat == 0.0:
            self.put_aside.append(_nowhere(self.file, self._row))
        else:
            self.tracks[-1].append((time_s, lon, lat))


def _nowhere(file: str, row: int) -> Problem:
    return Problem(file, row, "lon", "0, 0", "a place; a receiver that has none yet writes noughts")


def _fixes(track: Sequence[Fix]) -> Fixes:
    columns = np.asarray(track, np.float64).reshape(-1, 3)
    return Fixes(columns[:, 0], columns[:, 1], columns[:, 2])
