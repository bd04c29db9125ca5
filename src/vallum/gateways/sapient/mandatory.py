"""Does a message hold everything that the standard demands?

Protocol Buffers 3 enforces nothing; the standard marks its fields with the options `is_mandatory`, `is_uuid` and
`is_ulid` in the descriptors. The check is compiled once for each type of message.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from vallum.gateways.sapient.messages import Descriptor, FieldDescriptor, Message, ValidationOptions, field_options

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_DEEPEST = 32
# Whoever sends a megabyte of nothing gets no megabytes of reasons.
_REASONS = 20


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    mandatory: bool
    repeated: bool
    presence: bool
    text: bool
    enum: bool
    nested: bool
    pattern: re.Pattern[str] | None
    form: str


def is_uuid(text: str) -> bool:
    """Say whether a text has the form of a UUID, in either case.

    Examples
    --------
    >>> is_uuid("9f1c1d3e-0000-4000-8000-000000000001"), is_uuid("tower 7")
    (True, False)
    """
    return _UUID.fullmatch(text) is not None


def missing(message: Message) -> tuple[str, ...]:
    """Return what a message lacks, one sentence for each field (about the first 20); empty when complete.

    A mandatory enumeration left at "unspecified" and a mandatory text left empty count as missing.

    Examples
    --------
    >>> from vallum.gateways.sapient.messages import SapientMessage
    >>> missing(SapientMessage(node_id="tower 7"))
    ('timestamp is missing', "node_id 'tower 7' is not a UUID")
    """
    reasons: list[str] = []
    _collect(message, "", reasons, 0)
    return tuple(reasons)


def _collect(message: Message, where: str, reasons: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        reasons.append(f"{where.rstrip('.')} is nested more than {_DEEPEST} deep")
        return
    for rule in _rules(message.DESCRIPTOR):
        if len(reasons) >= _REASONS:
            return
        value = getattr(message, rule.name)
        if rule.repeated:
            if rule.mandatory and not len(value):
                reasons.append(f"{where}{rule.name} is missing")
            if rule.nested:
                for position, item in enumerate(value):
                    if len(reasons) >= _REASONS:
                        return
                    _collect(item, f"{where}{rule.name}[{position}].", reasons, depth + 1)
            continue
        present = message.HasField(rule.name) if rule.presence else True
        if not present or ((rule.text or rule.enum) and not value):
            if rule.mandatory:
                reasons.append(f"{where}{rule.name} is missing")
            continue
        if rule.nested:
            _collect(value, f"{where}{rule.name}.", reasons, depth + 1)
        elif rule.pattern is not None and not rule.pattern.fullmatch(value):
            reasons.append(f"{where}{rule.name} {value[:40]!r} is not a {rule.form}")


@cache
def _rules(descriptor: Descriptor) -> tuple[_Rule, ...]:
    """Return the rules of one type of message; fields without any rule below them are left out for speed."""
    rules = []
    for field in descriptor.fields:
        options = _options(field)
        nested = field.message_type is not None and _has_rules(field.message_type, frozenset())
        pattern, form = (_UUID, "UUID") if options.is_uuid else (_ULID, "ULID") if options.is_ulid else (None, "")
        if not (options.is_mandatory or nested or pattern):
            continue
        rules.append(
            _Rule(
                name=field.name,
                mandatory=options.is_mandatory,
                repeated=field.is_repeated,
                presence=field.has_presence,
                text=field.type == FieldDescriptor.TYPE_STRING,
                enum=field.type == FieldDescriptor.TYPE_ENUM,
                nested=nested,
                pattern=pattern,
                form=form,
            )
        )
    return tuple(rules)


def _has_rules(descriptor: Descriptor, above: frozenset[str]) -> bool:
    """Say whether a type of message, or one inside it, has a rule; some types of the standard hold themselves."""
    if descriptor.full_name in above:
        return False
    for field in descriptor.fields:
        options = _options(field)
        if options.is_mandatory or options.is_uuid or options.is_ulid:
            return True
        if field.message_type is not None and _has_rules(field.message_type, above | {descriptor.full_name}):
            return True
    return False


def _options(field: FieldDescriptor) -> ValidationOptions:
    # The typing of extensions knows only those that the protobuf package itself declares.
    extensions: Any = field.GetOptions().Extensions
    options: ValidationOptions = extensions[field_options]
    return options
