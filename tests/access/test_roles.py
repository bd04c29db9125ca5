from typing import get_args

import pytest

from vallum.access import ACTIONS, ROLES, Action, Role, may
from vallum.access.roles import ALLOWED, READING


def test_every_role_is_described_and_every_action_is_somebodys() -> None:
    assert set(ALLOWED) == set(ROLES) == set(get_args(Role))
    assert frozenset[Action]().union(*ALLOWED.values()) == set(ACTIONS)


def test_the_auditor_sees_all_and_changes_nothing() -> None:
    assert {action for action in ACTIONS if may("auditor", action)} == READING


@pytest.mark.parametrize("role", ROLES)
def test_everybody_inside_may_see(role: Role) -> None:
    assert may(role, "see")


def test_who_hands_out_roles_takes_no_decision_of_the_watch() -> None:
    watch: set[Action] = {"acknowledge", "shelve", "close", "open_incident", "task"}
    assert not {action for action in watch if may("administrator", action)}
    assert [role for role in ROLES if may(role, "invite")] == ["administrator"]
