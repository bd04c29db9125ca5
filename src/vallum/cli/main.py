"""The `vallum` command: what can be asked for, and how an error is told to the person who typed it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import vallum
from vallum.cli import demo, frontier, journal, keys, new, plan, sensor, serve, terrain, user
from vallum.cli.told import TOLD_ERRORS, say_json, tell_error

app = typer.Typer(
    help="Plan, watch, share and report the keeping of a long line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(frontier.app, name="frontier")
app.add_typer(journal.app, name="journal")
app.add_typer(keys.app, name="keys")
app.add_typer(plan.app, name="plan")
app.add_typer(sensor.app, name="sensor")
app.add_typer(terrain.app, name="terrain")
app.add_typer(user.app, name="user")
app.command()(new.new)
app.command()(serve.serve)
app.command()(demo.demo)


@app.command()
def version(as_json: Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")] = False) -> None:
    """Print the version."""
    if as_json:
        say_json({"version": vallum.__version__})
    else:
        typer.echo(vallum.__version__)


@app.command("api")
def api() -> None:
    """Print the API document (OpenAPI) from which the page's types are made."""
    from vallum.server.app import api_document

    sys.stdout.buffer.write(api_document())


def run() -> None:
    """Run the command; an expected error is one sentence on standard error, not a trace."""
    try:
        app()
    except TOLD_ERRORS as error:
        tell_error(error)
        sys.exit(1)


if __name__ == "__main__":
    run()
