"""How is what sensors see written as maps, part by part as it is found, so that nobody holds the whole strip?

Three cloud-optimised GeoTIFFs for each case: how many sensors see a cell, how low something may stand there and still
be seen, and which sensors see it.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from vallum.frontier.strip import Reach, Strip
from vallum.plan.case import Case
from vallum.plan.part import Seen
from vallum.terrain.cog import Put, cog, halves
from vallum.terrain.whosees import seen_by

BANDS = ("surely", "likely", "perhaps")

COUNT_NODATA = 255
LOWEST_NODATA = -32_768
_DECIMETRES_TO_A_METRE = 10.0
# GDAL would keep a twentieth of the memory of the machine full of what is written already.
_BLOCK_CACHE_MB = 64


class Rasters:
    """Writes maps into a folder; used as a context, so that a run that fails leaves no map behind.

    Parameters
    ----------
    folder
        Where; it must be there.
    strip
        The grid.
    cases
        What is worked out.
    tags
        What is said of every file, filled until the end.
    go_on
        Called with the share done before each file is completed; what it raises stops the work.
    """

    def __init__(
        self,
        folder: Path,
        strip: Strip,
        cases: Sequence[Case],
        tags: dict[str, str],
        go_on: Callable[[float], object] | None = None,
    ) -> None:
        self._folder, self._strip, self._cases, self._tags, self._go_on = folder, strip, tuple(cases), tags, go_on
        self._open = ExitStack()
        self._puts: list[tuple[Put, Put, Put]] = []
        self._completed, self._failed = 0, False

    def __enter__(self) -> Rasters:
        """Begin."""
        self._open.enter_context(rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE_MB))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complete all files, or after an error none."""
        self._failed = error is not None
        self._open.__exit__(kind, error, trace)

    def take(self, seen: Seen) -> None:
        """Write one part.

        Raises
        ------
        ValueError
            If it was worked out without sets.
        """
        if seen.sets is None or seen.lowest_m is None:
            raise ValueError("Maps need what is seen of cells; work it out with_sets.")
        if not self._puts:
            words = seen.sets[0].shape[3]
            self._puts = [self._begun(case, words) for case in self._cases]
        first_row, end_row, first_column, end_column = seen.cells
        if first_row == end_row:
            return
        outside = self._strip.mask(Reach(0.0, 0.0, slice(first_row, end_row), slice(first_column, end_column)))
        for puts, sets, lowest_m in zip(self._puts, seen.sets, seen.lowest_m, strict=True):
            counts = np.stack([np.minimum(seen_by(band), COUNT_NODATA - 1) for band in sets]).astype(np.uint8)
            counts[:, outside] = COUNT_NODATA
            puts[0](counts, first_row, first_column)
            puts[1](in_decimetres(np.where(outside, np.inf, lowest_m))[None], first_row, first_column)
            who = halves(sets)
            puts[2](np.moveaxis(who, 3, 1).reshape(-1, *who.shape[1:3]), first_row, first_column)

    def _begun(self, case: Case, words: int) -> tuple[Put, Put, Put]:
        bits = [
            f"who {how} sees it: bits {32 * half} to {32 * half + 31} of {64 * words}"
            for how in BANDS
            for half in range(2 * words)
        ]
        counts = [f"sensors that {how} see it" for how in BANDS]
        lowest = ["lowest height above ground that any sensor sees, below 0 where it sees the ground itself"]
        return (
            self._file(case, "seen", "uint8", counts, ["sensors"] * 3, COUNT_NODATA),
            self._file(case, "lowest", "int16", lowest, ["dm"], LOWEST_NODATA),
            self._file(case, "who", "uint32", bits, ["bits"] * len(bits), None),
        )

    def _file(
        self, case: Case, what: str, dtype: str, bands: Sequence[str], units: Sequence[str], nodata: float | None
    ) -> Put:
        strip = self._strip
        put = self._open.enter_context(
            cog(
                self._folder / f"{case.name}.{what}.tif",
                strip.shape,
                strip.transform,
                strip.projection,
                dtype,
                bands,
                nodata=nodata,
                units=units,
                tags=ChainMap({"case": case.name}, self._tags),
            )
        )
        self._open.callback(self._before_one_is_completed)
        return put

    def _before_one_is_completed(self) -> None:
        # Called between two files also when something has failed: then nobody is asked.
        if self._go_on is not None and not self._failed:
            self._go_on(self._completed / (3 * len(self._cases)))
        self._completed += 1


def in_decimetres(height_m: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Return heights as whole decimetres, rounded up: nothing is called seen that is not; nodata where not finite.

    Examples
    --------
    >>> in_decimetres(np.array([0.81, -3.0, np.inf]))
    array([     9,    -30, -32768], dtype=int16)
    """
    finite = np.isfinite(height_m)
    decimetres = np.ceil(np.where(finite, height_m, 0.0) * _DECIMETRES_TO_A_METRE - 1e-6)
    return np.where(finite, np.clip(decimetres, LOWEST_NODATA + 1, 32_767), LOWEST_NODATA).astype(np.int16)
