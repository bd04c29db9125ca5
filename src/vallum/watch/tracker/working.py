"""How are all tracks held while one step is computed?

As arrays, so that one measurement is compared with every track at once, beside the frozen tracks they came from. This
is the only thing in the tracker that changes in place; it lives as long as one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vallum.watch.detection import Detection
from vallum.watch.tracker.classify import gathered, judged
from vallum.watch.tracker.initiate import begin, confirmed
from vallum.watch.tracker.measure import BearingSighting, PositionSighting, Sighting
from vallum.watch.tracker.motion import ACCELERATION_DENSITY_M2_S3
from vallum.watch.tracker.state import Covariance, Mean, Track, TrackerSettings
from vallum.watch.tracker.update import update

Floats = NDArray[np.float64]

# Support older than this no longer speaks for a track; more hits than these need not be told apart.
_RECENT_S = 60.0
_MOST_HITS = 64


class Working:
    """The tracks of one step.

    Parameters
    ----------
    tracks
        As the last step left them.
    next_number
        Of the next track that is confirmed.
    settings
        How the tracker decides.
    """

    def __init__(self, tracks: Sequence[Track], next_number: int, settings: TrackerSettings) -> None:
        self.tracks = list(tracks)
        self.next_number = next_number
        self.touched: set[int] = set()
        self.started: set[int] = set()
        self._settings = settings
        self.means = np.array([track.mean for track in tracks], dtype=np.float64).reshape(-1, 4)
        self.covariances = np.array([track.covariance for track in tracks], dtype=np.float64).reshape(-1, 4, 4)
        self.times_s = np.array([track.updated_s for track in tracks], dtype=np.float64)
        self.densities = np.array([ACCELERATION_DENSITY_M2_S3[track.classification] for track in tracks], dtype=float)

    def rows(self, *, live: bool) -> NDArray[np.intp]:
        """Return the rows of the live tracks, or of those that are initiating."""
        return np.array([row for row, track in enumerate(self.tracks) if track.live == live], dtype=np.intp)

    def take(self, row: int, sighting: Sighting) -> None:
        """Give a measurement to a track."""
        detection = sighting.detection
        self.means[row], self.covariances[row] = update(
            self.means[row],
            self.covariances[row],
            detection.event_s - float(self.times_s[row]),
            float(self.densities[row]),
            sighting,
            detection.clock_sd_s,
            self._settings.sensor_position_sd_m,
        )
        self.times_s[row] = max(float(self.times_s[row]), detection.event_s)
        self._support(row, detection)

    def begin(self, sighting: PositionSighting, others: Sequence[BearingSighting] = ()) -> None:
        """Begin a track with a position; `others` are bearings that the position was made of."""
        detection = sighting.detection
        evidence = gathered((0.0, 0.0, 0.0), detection.classes)
        classification, _ = judged(evidence, 0.0, 10.0)
        mean, covariance = begin(sighting, classification)
        self.tracks.append(
            Track(
                number=0,
                status="initiating",
                started_s=detection.event_s,
                updated_s=detection.event_s,
                mean=(0.0, 0.0, 0.0, 0.0),
                covariance=((0.0, 0.0, 0.0, 0.0),) * 4,
                north_bearing_deg=float(np.degrees(sighting.north_bearing_rad)),
                classification=classification,
            )
        )
        self.means = np.concatenate([self.means, mean[None]])
        self.covariances = np.concatenate([self.covariances, covariance[None]])
        self.times_s = np.append(self.times_s, detection.event_s)
        self.densities = np.append(self.densities, ACCELERATION_DENSITY_M2_S3[classification])
        row = len(self.tracks) - 1
        for other in others:
            self._support(row, other.detection)
        self._support(row, detection)

    def frozen(self, row: int) -> tuple[Mean, Covariance]:
        """Return mean and covariance of a track as values that do not change."""
        first, second, third, fourth = (_four(line) for line in self.covariances[row])
        return _four(self.means[row]), (first, second, third, fourth)

    def _support(self, row: int, detection: Detection) -> None:
        track = self.tracks[row]
        newest_s = float(self.times_s[row])
        hits_s = (*(hit for hit in track.hits_s if hit > newest_s - _RECENT_S), detection.event_s)[-_MOST_HITS:]
        sensors = track.sensors if detection.sensor_id in track.sensors else (*track.sensors, detection.sensor_id)
        plain = detection if detection.still_png is None else replace(detection, still_png=None)
        becomes_live = track.status == "initiating" and confirmed(hits_s, self._settings)
        self.tracks[row] = replace(
            track,
            number=self.next_number if becomes_live else track.number,
            status="maintaining" if becomes_live else track.status,
            updated_s=newest_s,
            class_evidence=gathered(track.class_evidence, detection.classes),
            hits_s=hits_s,
            sensors=sensors,
            detections=(*track.detections, plain)[-self._settings.kept_detections :],
            still=track.still if detection.still_png is None else detection,
            simulated=track.simulated or detection.simulated,
        )
        self.touched.add(row)
        if becomes_live:
            self.next_number += 1
            self.started.add(row)


def _four(values: Floats) -> Mean:
    x, y, x_speed, y_speed = values.tolist()
    return x, y, x_speed, y_speed
