"""How does a source of terrain get into a project's terrain.toml?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from vallum import examples
from vallum.centre.folder import FolderError
from vallum.project import Project
from vallum.project.terrain_file import FILE, TerrainSourceSettings, parsed, with_source

# Below it, a folder for each make of terrain whose tiles were brought in.
TILES = "terrain"


def is_packaged(project: Project) -> bool:
    """Tell whether a project came with the program."""
    return any(project.folder.resolve() == examples.path(name).resolve() for name in examples.names())


def refuse_packaged(project: Project) -> None:
    """Raise `FolderError` for a project that came with the program: it is not changed."""
    if is_packaged(project):
        raise FolderError(
            f"{project.name} comes with the program and is not changed. Take a project folder of your own: vallum new "
            "makes one from a line, vallum demo --dir DIR puts a copy of the packaged one there."
        )


def enter(project: Project, source: TerrainSourceSettings) -> bool:
    """Write one more source into terrain.toml; False if the very same one stands there already.

    Raises
    ------
    ProjectError
        If another source has its name.
    """
    file = project.folder / FILE
    content = file.read_bytes() if file.exists() else None
    settings = None if content is None else parsed(content)[0]
    if settings is not None and any((one.name, one.path) == (source.name, source.path) for one in settings.source):
        return False
    words = with_source(content, project.terrain_sources, project.folder, source)
    new = file.with_name(f".{FILE}.new")
    new.write_text(words, encoding="utf-8")
    new.replace(file)
    return True


def path_in(folder: Path, path: Path) -> str:
    """Return a path as terrain.toml has it: from the folder where it lies inside, otherwise absolute."""
    whole = path.resolve()
    try:
        return whole.relative_to(folder.resolve()).as_posix()
    except ValueError:
        return str(whole)


def carry(folder: Path, make: str, tiles: Iterable[Path]) -> str:
    """Put tiles of one make into a project's folder, so that it can be carried whole; return their folder in it.

    On one disk they are links to the same bytes and take no room.
    """
    there = folder / TILES / make
    there.mkdir(parents=True, exist_ok=True)
    for tile in tiles:
        new = there / f".{tile.name}.new"
        new.unlink(missing_ok=True)
        try:
            os.link(tile, new)
        except OSError:
            shutil.copyfile(tile, new)
        new.replace(there / tile.name)
        # A link onto itself is left behind by replace.
        new.unlink(missing_ok=True)
    return f"{TILES}/{make}"
