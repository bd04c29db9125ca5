"""Which records does a centre know: those of every package, gathered once."""

from __future__ import annotations

from vallum.access import records as access
from vallum.assets import records as assets
from vallum.frontier import records as frontier
from vallum.journal.registry import Registry
from vallum.plan import records as plan
from vallum.project import records as project
from vallum.watch import records as watch


def registry() -> Registry:
    """Gather the records and views of all packages that own some.

    Examples
    --------
    >>> "alarm.raised" in registry().types
    True
    """
    return Registry.of(frontier, assets, plan, watch, access, project)
