"""Which frontiers come with the package, to start from and to learn on?"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

# Name as a person types it -> folder.
_FOLDERS = {"iraq-syria": "iraq_syria"}


def names() -> tuple[str, ...]:
    """Return the names of the packaged frontiers.

    Examples
    --------
    >>> names()
    ('iraq-syria',)
    """
    return tuple(_FOLDERS)


def path(name: str) -> Path:
    """Return the project folder of a packaged frontier.

    Raises
    ------
    KeyError
        If no packaged frontier has this name.

    Examples
    --------
    >>> (path("iraq-syria") / "vallum.toml").is_file()
    True
    """
    if name not in _FOLDERS:
        raise KeyError(f"no packaged frontier is called {name!r}; there is {', '.join(names())}")
    return Path(str(files(__name__).joinpath(_FOLDERS[name])))
