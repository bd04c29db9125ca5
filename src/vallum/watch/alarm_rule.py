"""Which alarm rules were in force when: a changed threshold is a record, and the watch reads its rules from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from vallum.watch.rules import AlarmRules

# Settings under [alarms] itself, which are of no one rule.
OF_ALL = "all"


class AlarmRuleChanged(BaseModel, frozen=True, extra="forbid"):
    """One alarm rule with all its settings, defaults included, as they are from now on."""

    rule: str = Field(description='a table under [alarms], or "all" for the settings of [alarms] itself')
    settings: dict[str, Any] = Field(description="every setting of the rule, as in vallum.toml")


class AlarmRuleRow(AlarmRuleChanged, frozen=True):
    """An alarm rule as it is in force."""

    since: datetime


def changed(row: AlarmRuleRow | None, body: AlarmRuleChanged, header: Mapping[str, Any]) -> AlarmRuleRow:
    """Take the newest statement of a rule."""
    return AlarmRuleRow(**body.model_dump(), since=header["occurred"])


def stated(rules: AlarmRules) -> tuple[AlarmRuleChanged, ...]:
    """State each rule for itself.

    Examples
    --------
    >>> [(one.rule, len(one.settings)) for one in stated(AlarmRules())][-2:]
    [('report_flood', 2), ('all', 2)]
    """
    plain = rules.model_dump(mode="json")
    tables = {name: value for name, value in plain.items() if isinstance(value, dict)}
    rest = {name: value for name, value in plain.items() if name not in tables}
    return tuple(AlarmRuleChanged(rule=name, settings=value) for name, value in {**tables, OF_ALL: rest}.items())


def in_force(rows: Iterable[AlarmRuleRow]) -> AlarmRules:
    """Put the rules together again; what is stated nowhere has its default.

    Examples
    --------
    >>> rules = AlarmRules.model_validate({"approach": {"within_m": 2500.0}, "rearm_s": 60.0})
    >>> since = datetime(2021, 3, 17)
    >>> in_force(AlarmRuleRow(**one.model_dump(), since=since) for one in stated(rules)) == rules
    True
    """
    by_rule = {row.rule: row.settings for row in rows}
    of_all = by_rule.pop(OF_ALL, {})
    # a rule that this version no longer has stays in the journal and is in force nowhere
    known = {rule: settings for rule, settings in by_rule.items() if rule in AlarmRules.model_fields}
    return AlarmRules.model_validate({**known, **of_all})
