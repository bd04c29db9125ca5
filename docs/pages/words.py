"""How are a model's fields and a table of them written in words?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

GENERATED = "<!-- Written by docs/make.py. Change the code it is made from, then run: python docs/make.py -->"

# The last part of a name that says its unit; the longest that fits is taken.
UNITS = {
    "_m_s": "metres a second",
    "_minute": "a minute",
    "_minutes": "minutes",
    "_deg": "degrees",
    "_km": "km",
    "_ms": "milliseconds",
    "_m": "metres",
    "_s": "seconds",
}

_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "nothing",
}
_PATTERNS = {r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$": "a UUID"}
_FORMATS = {"date-time": "time", "date": "day"}


def unit(name: str) -> str:
    """Return the unit that a name ends in, or nothing.

    Examples
    --------
    >>> unit("speed_m_s"), unit("offset_m"), unit("name")
    ('metres a second', 'metres', '')
    """
    fitting = [ending for ending in UNITS if name.endswith(ending)]
    return UNITS[max(fitting, key=len)] if fitting else ""


def code(text: object) -> str:
    """Return a text as code, safe inside a table."""
    return "`" + str(text).replace("|", "\\|") + "`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(" ".join(cell.split()) for cell in line) + " |" for line in lines)


def summary(model: type[BaseModel]) -> str:
    """Return what a model's docstring says before its examples, on one line."""
    return " ".join((model.__doc__ or "").split("Examples\n")[0].split())


def schema(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return the JSON schema of a model, by the names that files and records use."""
    return model.model_json_schema(ref_template="{model}")


def what(field: Mapping[str, Any]) -> str:
    """Return in words which values a field of a JSON schema takes.

    Examples
    --------
    >>> what({"type": "number", "minimum": 0, "exclusiveMaximum": 360})
    'number, at least 0, less than 360'
    >>> what({"anyOf": [{"enum": ["left", "right"], "type": "string"}, {"type": "null"}]})
    '`left`, `right`, or nothing'
    """
    if "anyOf" in field:
        choices = [what(choice) for choice in field["anyOf"] if choice.get("type") != "null"]
        empty = len(choices) < len(field["anyOf"])
        return " or ".join(choices) + (", or nothing" if empty else "")
    if "$ref" in field:
        return f"one [{field['$ref']}](#{field['$ref'].lower()})"
    if "const" in field:
        return code(field["const"])
    if "enum" in field:
        return ", ".join(code(value) for value in field["enum"])
    return ", ".join([_kind(field), *_limits(field)])


def default(field: Mapping[str, Any], required: bool) -> str:
    """Return the default of a field in words."""
    if required:
        return "needed"
    value = field.get("default")
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, dict):
        return "an empty one"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, list):
        return ", ".join(code(item) for item in value)
    return code(f"{value:g}" if isinstance(value, float) else value)


def _kind(field: Mapping[str, Any]) -> str:
    kind = field.get("type")
    if kind == "array" and "prefixItems" in field:
        return "list of " + ", then ".join(what(item) for item in field["prefixItems"])
    if kind == "array":
        return f"list of: {what(field['items'])}"
    if kind == "object" and "patternProperties" in field:
        return "text by language, as `en`"
    if kind == "object":
        inside = field.get("additionalProperties")
        return f"{what(inside)} by name" if isinstance(inside, Mapping) else "values by name"
    if kind is None:
        return "any value"
    return _FORMATS.get(field.get("format", ""), _TYPES[kind])


def _limits(field: Mapping[str, Any]) -> list[str]:
    bounds = {
        "minimum": "at least",
        "exclusiveMinimum": "more than",
        "maximum": "at most",
        "exclusiveMaximum": "less than",
    }
    found = [f"{words} {field[name]:g}" for name, words in bounds.items() if name in field]
    least, most = field.get("minLength", 0), field.get("maxLength")
    if least > 1 and most is not None:
        found.append(f"{least} to {most} characters")
    elif most is not None:
        found.append(f"at most {most} characters")
    if "pattern" in field:
        found.append(_PATTERNS.get(field["pattern"]) or f"of the form {code(field['pattern'])}")
    return found
