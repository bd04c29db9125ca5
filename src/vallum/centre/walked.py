"""How does a walk test that was written down at a terminal get into a centre's journal?"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from vallum.assets.sensor import Sensor, SensorRow, SensorTested
from vallum.assets.walktest import WalkTest
from vallum.centre.folder import FolderError, require_centre
from vallum.centre.registry import registry
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Record
from vallum.journal.journal import Journal
from vallum.journal.reading import JournalReader
from vallum.journal.store import JournalFileError, last_recorded

ACTOR = "terminal"


class UnknownSensorError(ValueError):
    """There is no sensor of that name; the words say which come near."""


def known_sensors(folder: Path) -> tuple[SensorRow, ...]:
    """Return the sensors of a centre's folder with their walk tests, as its journal knows them.

    Raises
    ------
    FolderError
        When no centre has run there.
    """
    require_centre(folder)
    with JournalReader.open_to_read(folder, registry()) as journal:
        return tuple(row for row in journal.rows("sensors") if isinstance(row, SensorRow))


def named(sensors: Sequence[Sensor], sensor_id: str) -> Sensor:
    """Return the sensor of a name.

    Raises
    ------
    UnknownSensorError
        When there is none.

    Examples
    --------
    >>> from vallum.project import load
    >>> named(load("iraq-syria").sensors, "T-01-termal")
    Traceback (most recent call last):
    ...
    vallum.centre.walked.UnknownSensorError: there is no sensor 'T-01-termal'; near it: T-01-thermal
    """
    for sensor in sensors:
        if sensor.sensor_id == sensor_id:
            return sensor
    near = difflib.get_close_matches(sensor_id, sorted(sensor.sensor_id for sensor in sensors), n=1)
    raise UnknownSensorError(f"there is no sensor {sensor_id!r}" + (f"; near it: {', '.join(near)}" if near else ""))


def clock_of(folder: Path, sensors: Sequence[Sensor]) -> Clock:
    """Return the clock of a centre that does not run: an exercise goes on where it stopped, in its own time."""
    last = last_recorded(folder)
    exercise = bool(sensors) and all(sensor.simulated for sensor in sensors)
    if last is not None and (exercise or last > datetime.now(UTC)):
        return Clock.resume(last)
    return Clock.machine()


def write_walk_test(folder: Path, test: WalkTest, clock: Clock) -> Record:
    """Append a walk test to the journal of a centre that does not run.

    Raises
    ------
    FolderError
        When no centre has run there, or one runs now: one process writes a journal.
    UnknownSensorError
        When the journal knows no such sensor.
    """
    sensor = named(known_sensors(folder), test.sensor_id)
    with JournalReader.open_to_read(folder, registry()) as reader:
        last = reader.last()
    if last is None:
        raise FolderError(f"the journal of {folder} is empty; start the centre once with: vallum serve {folder}")
    try:
        journal = Journal.open(folder, registry(), clock=clock, originator=last.originator)
    except JournalFileError as error:
        raise FolderError(
            f"{error}. If that is the centre, either stop it for this, or add the test to walktests.csv in its "
            "folder, which it reads when it starts"
        ) from error
    with journal:
        (record,) = journal.append(
            Draft(
                type="sensor.tested",
                actor=ACTOR,
                nature="simulated" if sensor.simulated else "declared",
                body=SensorTested(**test.model_dump()),
            )
        )
    return record
