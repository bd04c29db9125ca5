"""The ground and nothing else: its height, its look from above, and whether one point of it sees another."""

from vallum.terrain.elevation import Elevation
from vallum.terrain.sight import Sight, SightMany, sight

__all__ = ["Elevation", "Sight", "SightMany", "sight"]
