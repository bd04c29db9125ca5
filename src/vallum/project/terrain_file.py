"""Which sources of terrain does a project name, and can each of them be used?

terrain.toml is there for those who have better ground than one file, or know how wrong theirs is. Without it, a
terrain.tif is one source of which nothing is known but its heights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vallum.project.invalid import problems_of
from vallum.project.problem import Problem, ProjectError, quoted
from vallum.project.settings import Plain
from vallum.project.toml import read_toml
from vallum.terrain.header import Header, TerrainError
from vallum.terrain.header import opened as opened_raster
from vallum.terrain.source import TerrainSource

FILE = "terrain.toml"

_HEAD = "# Sources of terrain, and how far each can be trusted. The finest is laid first; others fill its voids.\n"

UNSTATED_REFERENCE = "mean sea level (unstated datum)"
UNSTATED_ERROR_SD_M = 10.0


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class TerrainSourceSettings(_Settings):
    """One source of heights: a file, a folder of tiles or a VRT, and how far it can be trusted."""

    name: Plain = Field(max_length=60, description="its name, each once")
    path: str = Field(
        min_length=1,
        description="GeoTIFF, DTED, SRTM .hgt or VRT file, or a folder of tiles; from this folder, or absolute",
    )
    vertical_reference: Plain | None = Field(
        default=None,
        description='what its heights are above, as "EGM96" or "EGM2008"; needed unless the file declares it',
    )
    error_sd_m: float = Field(gt=0, le=500, description="one standard deviation of the height error")
    error_length_m: float = Field(
        gt=0, le=100_000, description="over which distance along the ground that error stays alike (correlation length)"
    )
    error_source: Plain = Field(description="who says so, or that it is an assumption")
    origin: Plain = Field(description="where the heights come from")


class TerrainSettings(_Settings):
    """Everything terrain.toml may hold."""

    source: list[TerrainSourceSettings] = Field(min_length=1, max_length=255)


def read_terrain(
    folder: Path, content: bytes | None, terrain_path: Path | None
) -> tuple[tuple[TerrainSource, ...], list[Problem]]:
    r"""Read the sources of terrain of a project.

    Parameters
    ----------
    folder
        The project's folder, from which paths count.
    content
        The bytes of terrain.toml, or None where there is none.
    terrain_path
        A sound terrain.tif, or None.

    Returns
    -------
    tuple
        The sources, and everything that is wrong with them.

    Examples
    --------
    >>> sources, problems = read_terrain(Path("."), b'[[source]]\nname = "GLOBE"\nerror_sd = 18.0', None)
    >>> print(problems[-1])
    terrain.toml, source.0.error_sd: found a setting that does not exist, expected error_sd_m
    """
    if content is None:
        if terrain_path is None:
            return (), []
        try:
            return (_unstated(terrain_path),), []
        except TerrainError as error:
            expected = f"heights that can be used. {error.remedy.rstrip('.')}"
            return (), [Problem(terrain_path.name, None, None, error.found, expected)]
    settings, problems = parsed(content)
    if settings is None:
        return (), problems
    sources: list[TerrainSource] = []
    seen: set[str] = set()
    for one in settings.source:
        if one.name in seen:
            problems.append(Problem(FILE, None, "source.name", f"{quoted(one.name)} twice", "each source once"))
        seen.add(one.name)
        try:
            sources.append(opened(folder, one))
        except TerrainError as error:
            field = "source.vertical_reference" if _is_about_reference(error, one) else "source.path"
            found = f"{quoted(one.path)} ({error.found})"
            problems.append(Problem(FILE, None, field, found, f"terrain that can be used. {error.remedy.rstrip('.')}"))
    return (tuple(sources), []) if not problems else ((), problems)


def parsed(content: bytes) -> tuple[TerrainSettings | None, list[Problem]]:
    """Read terrain.toml without looking at the files that it names."""
    tree, problems = read_toml(FILE, content)
    if tree is None:
        return None, problems
    try:
        return TerrainSettings.model_validate(tree), []
    except ValidationError as error:
        return None, problems_of(error, FILE, TerrainSettings)


def stated(folder: Path, values: Mapping[str, Any]) -> tuple[TerrainSourceSettings, TerrainSource]:
    """Check what somebody says of a source, and look at its files.

    Raises
    ------
    ProjectError
        If a value cannot stand in terrain.toml.
    TerrainError
        If the files cannot be used.
    """
    try:
        settings = TerrainSourceSettings.model_validate(values)
    except ValidationError as error:
        raise ProjectError(problems_of(error, FILE, TerrainSourceSettings)) from None
    return settings, opened(folder, settings)


def opened(folder: Path, settings: TerrainSourceSettings) -> TerrainSource:
    """Look at the files of one source.

    Raises
    ------
    TerrainError
        If they cannot be used.
    """
    return TerrainSource.open(
        folder / settings.path,
        name=settings.name,
        vertical_reference=settings.vertical_reference,
        error_sd_m=settings.error_sd_m,
        error_length_m=settings.error_length_m,
        error_source=settings.error_source,
        origin=settings.origin,
    )


def with_source(
    content: bytes | None, terrain_sources: Iterable[TerrainSource], folder: Path, source: TerrainSourceSettings
) -> str:
    """Return the text of terrain.toml with one more source; what stands in it stays as it is.

    Parameters
    ----------
    content
        The bytes of terrain.toml, or None where there is none.
    terrain_sources
        The project's sources. Where there is no terrain.toml they are written down first: a file that was used without
        being named must not fall out of use.
    folder
        The project's folder.
    source
        The new one.

    Raises
    ------
    ProjectError
        If there is a source of that name.

    Examples
    --------
    >>> flown = TerrainSourceSettings(
    ...     name="lidar",
    ...     path="lidar.tif",
    ...     vertical_reference="EGM2008",
    ...     error_sd_m=0.2,
    ...     error_length_m=10.0,
    ...     error_source="its maker",
    ...     origin='flown for the "fence"',
    ... )
    >>> parsed(with_source(None, (), Path("."), flown).encode())[0] == TerrainSettings(source=[flown])
    True
    """
    if content is None:
        named = [_settings_of(one, folder) for one in terrain_sources]
        words = "".join([_HEAD, *map(_block, named)])
    else:
        settings, problems = parsed(content)
        if settings is None:
            raise ProjectError(problems)
        named, words = list(settings.source), content.decode("utf-8-sig").rstrip("\n") + "\n"
    if any(one.name == source.name for one in named):
        expected = "another name, or take the old source out of the file first"
        raise ProjectError([Problem(FILE, None, "source.name", f"{quoted(source.name)} already", expected)])
    return words + _block(source)


def _settings_of(source: TerrainSource, folder: Path) -> TerrainSourceSettings:
    return TerrainSourceSettings(
        name=source.name,
        path=source.paths[0].relative_to(folder).as_posix(),
        vertical_reference=source.vertical_reference,
        error_sd_m=source.error_sd_m,
        error_length_m=round(source.error_length_m, 1),
        error_source=source.error_source,
        origin=source.origin,
    )


def _block(source: TerrainSourceSettings) -> str:
    values = source.model_dump(exclude_none=True)
    lines = [f"{name} = {_toml_text(value) if isinstance(value, str) else value}" for name, value in values.items()]
    return "\n".join(["", "[[source]]", *lines, ""])


def _toml_text(words: str) -> str:
    """Write a basic string of TOML: quotes, backslashes and control characters escaped."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _is_about_reference(error: TerrainError, settings: TerrainSourceSettings) -> bool:
    """Tell whether the reference that is stated, not the file, has to be mended."""
    return settings.vertical_reference is None and "above" in error.found


def _unstated(terrain_path: Path) -> TerrainSource:
    """Make a source of a file about whose error nobody said anything."""
    header = Header.read(terrain_path)
    with opened_raster(terrain_path) as raster:
        origin = raster.tags().get("SOURCE") or terrain_path.name
    return TerrainSource(
        terrain_path.stem,
        (terrain_path,),
        header.crs,
        header.cell_m,
        header.vertical or UNSTATED_REFERENCE,
        UNSTATED_ERROR_SD_M,
        header.cell_m,
        f"assumed, {UNSTATED_ERROR_SD_M:g} m over one cell: no {FILE} states it",
        origin,
    )
