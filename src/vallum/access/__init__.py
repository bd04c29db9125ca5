"""Who may enter a centre, and which kinds of thing may they do there?"""

from vallum.access.access import Access, Entered, Refused, Session
from vallum.access.roles import ACTIONS, ROLES, Action, Role, may

__all__ = ["ACTIONS", "ROLES", "Access", "Action", "Entered", "Refused", "Role", "Session", "may"]
