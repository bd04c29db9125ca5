"""Which kind of thing may each role do?

A role allows kinds of action; what is seen is decided by the label and the agreement, and nobody is exempt from both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal[
    "watch officer",
    "patrol leader",
    "section engineer",
    "planner",
    "analyst",
    "liaison officer",
    "media officer",
    "auditor",
    "administrator",
]
ROLES: tuple[Role, ...] = get_args(Role)

Action = Literal[
    "see",
    "acknowledge",
    "shelve",
    "close",
    "open_incident",
    "update_incident",
    "task",
    "answer_task",
    "log",
    "look",
    "state_weather",
    "report_works",
    "plan",
    "release",
    "publish",
    "read_journal",
    "invite",
    "disable",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

# The actions that leave everything as it was.
READING: frozenset[Action] = frozenset({"see", "read_journal"})

ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        "watch officer": frozenset(
            {
                "see",
                "acknowledge",
                "shelve",
                "close",
                "open_incident",
                "update_incident",
                "task",
                # a unit often answers by radio, and the watch officer writes it down for the unit
                "answer_task",
                "log",
                "look",
                "state_weather",
            }
        ),
        "patrol leader": frozenset({"see", "answer_task", "log"}),
        "section engineer": frozenset({"see", "report_works"}),
        "planner": frozenset({"see", "plan", "state_weather"}),
        "analyst": frozenset({"see", "read_journal", "update_incident"}),
        "liaison officer": frozenset({"see", "release"}),
        "media officer": frozenset({"see", "publish"}),
        "auditor": READING,
        # who hands out roles takes no decisions of the watch
        "administrator": frozenset({"see", "read_journal", "invite", "disable"}),
    }
)


def may(role: Role, action: Action) -> bool:
    """Tell whether a role allows a kind of action.

    Examples
    --------
    >>> may("watch officer", "acknowledge"), may("auditor", "acknowledge")
    (True, False)
    """
    return action in ALLOWED[role]
