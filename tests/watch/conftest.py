"""A straight line in the desert, a plane over it, and sensors that say where something is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from pyproj import Geod

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.watch.detection import Classification, Detection, PointMeasurement, RangeBearingMeasurement
from vallum.watch.tracker import Track

WGS84 = Geod(ellps="WGS84")
START_S = 1_615_993_200.0


@dataclass(frozen=True)
class Stand:
    """A sensor that measures exactly, unless told how wrong."""

    sensor_id: str
    lon: float
    lat: float

    def polar(
        self,
        lon: float,
        lat: float,
        event_s: float,
        *,
        report_id: str = "",
        object_id: str = "o",
        azimuth_sd_deg: float = 0.3,
        range_sd_m: float | None = 15.0,
        errors: tuple[float, float] = (0.0, 0.0),
        classes: tuple[tuple[Classification, float], ...] = (),
        still_png: bytes | None = None,
        simulated: bool = False,
        late: bool = False,
    ) -> Detection:
        azimuth_deg, _, range_m = WGS84.inv(self.lon, self.lat, lon, lat)
        measurement = RangeBearingMeasurement(
            self.lon,
            self.lat,
            (azimuth_deg + errors[0]) % 360.0,
            azimuth_sd_deg,
            None if range_sd_m is None else range_m + errors[1],
            range_sd_m,
        )
        return Detection(
            node_id=f"node-{self.sensor_id}",
            session=1,
            report_id=report_id or f"{self.sensor_id}-{object_id}-{event_s}",
            sensor_id=self.sensor_id,
            object_id=object_id,
            sent_s=event_s,
            received_s=event_s,
            event_s=event_s,
            clock_sd_s=0.1,
            measurement=measurement,
            classes=classes,
            still_png=still_png,
            simulated=simulated,
            late=late,
        )


def point(
    lon: float, lat: float, event_s: float, *, object_id: str = "o", sd_m: float = 15.0, sensor_id: str = "ground"
) -> Detection:
    return Detection(
        node_id=f"node-{sensor_id}",
        session=1,
        report_id=f"{sensor_id}-{object_id}-{event_s}",
        sensor_id=sensor_id,
        object_id=object_id,
        sent_s=event_s,
        received_s=event_s,
        event_s=event_s,
        clock_sd_s=0.1,
        measurement=PointMeasurement(lon, lat, sd_m, sd_m),
    )


@pytest.fixture(scope="session")
def fence() -> Frontier:
    """About 45 km to the north-east; this side is to its left; known to 500 m."""
    return Frontier("a fence", "fence/1", "left", 500.0, np.array([[42.0, 35.8], [42.3, 36.1]]))


@pytest.fixture(scope="session")
def strip(fence: Frontier) -> Strip:
    return Strip(fence, half_width_m=20_000.0, cell_m=500.0)


@pytest.fixture(scope="session")
def stand(fence: Frontier) -> Callable[..., Stand]:
    """Put up a sensor at a chainage and an offset."""

    def put_up(sensor_id: str, chainage_m: float, offset_m: float) -> Stand:
        return Stand(sensor_id, *fence.point_at(chainage_m, offset_m))

    return put_up


@pytest.fixture(scope="session")
def make_point() -> Callable[..., Detection]:
    return point


@pytest.fixture(scope="session")
def make_track(fence: Frontier) -> Callable[..., Track]:
    """Make a live track at a chainage and an offset that moves along and across the line."""

    def make(
        chainage_m: float = 20_000.0,
        offset_m: float = -800.0,
        along_m_s: float = 0.0,
        across_m_s: float = 1.2,
        **changes: object,
    ) -> Track:
        lon, lat = fence.point_at(chainage_m, offset_m)
        bearing_rad = np.radians(fence.bearing_at(chainage_m))
        along = np.array([np.sin(bearing_rad), np.cos(bearing_rad)])
        home = np.array([-along[1], along[0]])
        velocity = along_m_s * along + across_m_s * home
        values: dict[str, object] = {
            "number": 1,
            "status": "maintaining",
            "started_s": START_S - 60.0,
            "updated_s": START_S,
            # a plane whose y axis points north; positions in it are not used by what is tested with this
            "mean": (0.0, 0.0, float(velocity[0]), float(velocity[1])),
            "covariance": (
                (100.0, 0.0, 0.0, 0.0),
                (0.0, 100.0, 0.0, 0.0),
                (0.0, 0.0, 0.04, 0.0),
                (0.0, 0.0, 0.0, 0.04),
            ),
            "north_bearing_deg": 0.0,
            "lon": lon,
            "lat": lat,
            "position_sd_m": 10.0,
            "speed_m_s": float(np.hypot(*velocity)),
            "course_deg": float(np.degrees(np.arctan2(*velocity)) % 360.0),
            "classification": "person",
            "class_probability": 0.9,
            "quality": 0.8,
            "sensors": ("T-01-radar",),
            # straight here for the last minute
            "trail": tuple(
                (START_S - ago_s, -ago_s * float(velocity[0]), -ago_s * float(velocity[1]))
                for ago_s in (60.0, 40.0, 20.0)
            ),
        }
        return Track(**{**values, **changes})  # type: ignore[arg-type]  # fields are named by each test

    return make
