"""A night with known truth on a real line: who moves, what weak sensors report of it, and how well the watch did.

`World.drawn` draws the night of a seed, `run` plays it to a centre over the sensors' own protocol, `tell` compares the
alarms with the truth afterwards. Nothing here knows the planner or the watch.
"""

from vallum.simulate.night import run
from vallum.simulate.scoring import Told, ToldCrossing, tell
from vallum.simulate.world import Crossing, World

__all__ = ["Crossing", "Told", "ToldCrossing", "World", "run", "tell"]
