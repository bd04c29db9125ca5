"""How does one say what a model refused, in the words of the file it came from?

Pydantic speaks of types; a person needs to know what to write. This is the only place that knows its error names.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vallum.project.problem import Problem, quoted

# What to write, by the type of Pydantic's error; {name} is filled from the error's context.
_EXPECTED: dict[str, str] = {
    "missing": "a value",
    "literal_error": "{expected}",
    "greater_than": "a number greater than {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number less than {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "string_too_short": "at least {min_length} character(s)",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} of them",
    "string_pattern_mismatch": "text of the form {pattern}",
    "finite_number": "a finite number",
    "float_type": "a number with a decimal point",
    "float_parsing": "a number with a decimal point",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": 'text in quotes ("...")',
    "bool_type": "true or false",
    "datetime_type": "a time as 2021-03-17T15:50:00Z",
    "timezone_aware": "a time with its zone, as 2021-03-17T15:50:00Z",
    "tuple_type": "a list in brackets",
    "dict_type": "a table of settings",
    "model_type": "a table of settings",
    "model_attributes_type": "a table of settings",
}


def problems_of(
    error: ValidationError,
    file: str,
    model: type[BaseModel],
    *,
    row: int | None = None,
    columns: Mapping[str, str] | None = None,
    cells: Mapping[str, str] | None = None,
    leave_out_missing: bool = False,
) -> list[Problem]:
    """Say what a model refused as problems of a file.

    Parameters
    ----------
    error
        What the model raised.
    file, row
        Where the values came from.
    model
        The model, for the names it knows.
    columns
        Column in the file by field of the model, where the two differ.
    cells
        The text that stands in the file by column; used instead of the value that was made of it.
    leave_out_missing
        Say nothing of fields that are not there at all, because somebody has said it already.

    Examples
    --------
    >>> from vallum.assets.tower import Tower
    >>> try:
    ...     _ = Tower.model_validate({"tower_id": "T-01", "lat": 95.0})
    ... except ValidationError as error:
    ...     print(problems_of(error, "towers.csv", Tower, row=2, leave_out_missing=True)[0])
    towers.csv row 2, lat: found '95.0', expected a number of at most 90
    """
    problems: list[Problem] = []
    for detail in error.errors(include_url=False):
        if leave_out_missing and detail["type"] == "missing":
            continue
        path = [str(part) for part in detail["loc"]]
        field = ".".join(path)
        column = (columns or {}).get(field, field)
        found = quoted(cells[column]) if cells is not None and column in cells else _found(detail)
        problems.append(Problem(file, row, column or None, found, _expected(detail, path, model)))
    return problems


def _found(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "nothing"
    if detail["type"] == "extra_forbidden":
        return "a setting that does not exist"
    value = detail["input"]
    return quoted(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"


def _expected(detail: ErrorDetails, path: Sequence[str], model: type[BaseModel]) -> str:
    context: dict[str, Any] = dict(detail.get("ctx", {}))
    kind = detail["type"]
    if kind == "extra_forbidden":
        names = _names_beside(path, model)
        near = difflib.get_close_matches(path[-1], names, n=1)
        return near[0] if near else f"one of {', '.join(names)}" if names else "no setting here"
    if kind == "value_error":
        return str(context["error"])
    try:
        return _EXPECTED[kind].format(**context)
    except (KeyError, ValueError):
        return detail["msg"][:1].lower() + detail["msg"][1:]


def _names_beside(path: Sequence[str], model: type[BaseModel]) -> list[str]:
    """Names of the settings that exist at the place of the last part of `path`."""
    here: type[BaseModel] | None = model
    for part in path[:-1]:
        if part.isdigit() or here is None:
            continue
        field = next((f for name, f in here.model_fields.items() if part in (name, f.alias)), None)
        here = _model_in(None if field is None else field.annotation)
    return [] if here is None else [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
