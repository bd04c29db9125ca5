"""The line: chainage and position, sections, the strip of ground along it, places in the words of its users."""

from vallum.frontier.line import Frontier, Located, LocatedMany, Side
from vallum.frontier.section import Responsibility, Section

__all__ = ["Frontier", "Located", "LocatedMany", "Responsibility", "Section", "Side"]
