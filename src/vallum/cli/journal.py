"""What does a centre's journal hold, is it whole, and can its views be made again?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from vallum.cli.told import console, say_json, working

app = typer.Typer(help="Read, check and rebuild a centre's journal.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A centre's folder, which holds journal.db.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


@app.command()
def verify(
    folder: Folder,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint kept elsewhere, as this command prints it: finds records that were cut off."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check hash chain, signatures and Merkle tree; name the first bad record."""
    from vallum.centre.registry import registry
    from vallum.journal.verify import verify as verify_journal

    kept = None if checkpoint is None else checkpoint.read_text(encoding="utf-8").strip()
    with working("checking the journal", as_json) as tell:
        found = verify_journal(folder, registry(), trusted_checkpoint=kept, progress=tell)
    if as_json:
        say_json(
            {
                "ok": found.ok,
                "records": found.records,
                "first_bad_seq": found.first_bad_seq,
                "reason": found.reason,
                "checkpoint": found.checkpoint,
            }
        )
    elif found.ok:
        console().print(f"{found.records} records, whole: hash chain, batch signatures and checkpoint agree.")
        console().print("Signed checkpoint, to be kept elsewhere:")
        console().print(found.checkpoint or "none yet", soft_wrap=True)
    else:
        console().print(f"[red]Record {found.first_bad_seq} is the first bad one: {found.reason}[/red]")
    raise typer.Exit(0 if found.ok else 1)


@app.command()
def rebuild(folder: Folder, as_json: AsJson = False) -> None:
    """Make the views again from the records; what they show must not change."""
    from vallum.centre.registry import registry
    from vallum.journal.rebuild import rebuild as rebuild_views

    with working("making the views again", as_json) as tell:
        made = rebuild_views(folder, registry(), tell)
    if as_json:
        say_json({"records": made.records, "identical": made.identical, "digest": made.digest_after})
    else:
        console().print(f"Views made again from {made.records} records.")
        console().print("They are as they were." if made.identical else "They differ from what was there before.")


@app.command()
def show(
    folder: Folder,
    after: Annotated[int, typer.Option(min=0, help="Only records after this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    record_type: Annotated[str | None, typer.Option("--type", help="Only records of this type.")] = None,
    as_json: AsJson = False,
) -> None:
    """List records in the order they were written."""
    from vallum.centre.registry import registry
    from vallum.journal.reading import JournalReader

    known = registry()
    with JournalReader.open_to_read(folder, known) as journal:
        records = journal.records(after_seq=after, type=record_type, limit=limit)
        last = journal.last()
    if as_json:
        say_json([record.model_dump(mode="json") for record in records])
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("no.", "occurred (UTC)", "type", "actor", "nature", "about"):
        table.add_column(column, no_wrap=column != "about")
    for record in records:
        view = known.types[record.type].view if record.type in known.types else None
        about = record.body.get(known.views[view].key, "") if view else ""
        table.add_row(
            str(record.seq),
            record.times.occurred.strftime("%Y-%m-%d %H:%M:%S"),
            record.type,
            record.actor,
            record.nature,
            str(about),
        )
    console().print(table)
    if records and last is not None and record_type is None and records[-1].seq < last.seq:
        console().print(
            f"Up to number {records[-1].seq} of {last.seq}; more with --after {records[-1].seq}", style="dim"
        )
