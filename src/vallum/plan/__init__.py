"""Plan: what is watched, how surely a crossing is interrupted, and what would help.

For notebooks and scripts: `from vallum import plan`. What stands here is loaded when it is first asked for, so that
nobody who only reads a project waits for what works things out.

Examples
--------
>>> from vallum import plan
>>> from vallum.project import load
>>> field = plan.field_of(load("iraq-syria"), cell_m=2_000.0)
>>> (held,) = plan.hold(field, [plan.HoldCase.named("night-vehicle")], with_causes=False, levels=0)
>>> held.p.shape
(150,)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vallum.plan.adversary import HoldCase as HoldCase
    from vallum.plan.case import Case as Case
    from vallum.plan.declared import field_of as field_of
    from vallum.plan.easi import Easi as Easi
    from vallum.plan.easi import Task as Task
    from vallum.plan.field import Field as Field
    from vallum.plan.field import rules_for as rules_for
    from vallum.plan.holdsummary import summed_up as summed_up
    from vallum.plan.interruption import Holding as Holding
    from vallum.plan.interruption import hold as hold
    from vallum.plan.result import work_out as work_out
    from vallum.plan.scene import Scene as Scene
    from vallum.plan.scene import lay_out as lay_out
    from vallum.plan.tried import Tried as Tried
    from vallum.plan.tried import try_out as try_out

_MODULE_OF = {
    "Case": "case",
    "Easi": "easi",
    "Field": "field",
    "HoldCase": "adversary",
    "Holding": "interruption",
    "Scene": "scene",
    "Task": "easi",
    "Tried": "tried",
    "field_of": "declared",
    "hold": "interruption",
    "lay_out": "scene",
    "rules_for": "field",
    "summed_up": "holdsummary",
    "try_out": "tried",
    "work_out": "result",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULE_OF])
