"""What does docs/commands.md say: every command, argument and option of `vallum`, from the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from docs.pages.words import GENERATED, code, table

from vallum.cli.main import app

INTRODUCTION = """\
# Commands

Every command says the same with `--help`. A command that reads prints JSON to standard output with `--json` and nothing
else there. An expected error is one sentence on standard error and exit code 1; a wrong option is exit code 2.
FRONTIER is the folder of a project or the name of a packaged frontier (`iraq-syria`).
"""


def page() -> str:
    """Return the page."""
    parts = [GENERATED, INTRODUCTION]
    for name, command in leaves():
        parts.append(f"## {name}\n\n{' '.join((command.help or '').split())}")
        parts.append(f"```\n{usage(name, command)}\n```")
        if rows := [_row(parameter) for parameter in command.params]:
            parts.append(table(["", "meaning", "default", "limits"], rows))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def leaves() -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with its full name."""
    # Any: Typer gives no public type for what it builds
    root: Any = typer.main.get_command(app)
    yield from _leaves("vallum", root)


def usage(name: str, command: Any) -> str:
    """Return how a command is written, options in brackets."""
    words = [name]
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words.append(_metavar(parameter) if parameter.required else f"[{_metavar(parameter)}]")
        else:
            option = "/".join(_names(parameter)) if parameter.is_flag else f"{parameter.opts[0]} {_metavar(parameter)}"
            words.append(option if parameter.required else f"[{option}]")
    return " ".join(words)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name, command
        return
    for word in sorted(inside):
        yield from _leaves(f"{name} {word}", inside[word])


def _names(parameter: Any) -> list[str]:
    """Return how an option is called, with the word that switches it off where there is one."""
    return [*parameter.opts, *parameter.secondary_opts]


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _row(parameter: Any) -> list[str]:
    argument = parameter.param_type_name == "argument"
    limits = [
        f"{word} {limit:g}"
        for word, limit in (("at least", getattr(parameter, "min", None)), ("at most", getattr(parameter, "max", None)))
        if limit is not None
    ]
    return [
        ", ".join(map(code, [_metavar(parameter)] if argument else _names(parameter))),
        parameter.help or "",
        "needed" if parameter.required else _default(parameter),
        ", ".join(limits),
    ]


def _default(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return code(parameter.opts[0]) if parameter.secondary_opts and parameter.default else "off"
    if parameter.default is None:
        return "none"
    value = parameter.default
    return code(f"{value:g}" if isinstance(value, float) else value)
