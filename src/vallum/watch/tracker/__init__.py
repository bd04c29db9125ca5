"""What moves along the line: detections become tracks."""

from vallum.watch.tracker.measure import Plane
from vallum.watch.tracker.state import Step, Track, TrackerSettings, TrackerState, TrackStatus
from vallum.watch.tracker.tracker import Tracker

__all__ = ["Plane", "Step", "Track", "TrackStatus", "Tracker", "TrackerSettings", "TrackerState"]
