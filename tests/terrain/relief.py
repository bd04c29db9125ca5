"""Ground made for tests: fractal relief whose seed, spectrum and size stand with each use."""

from __future__ import annotations

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from vallum.terrain.ground import Ground
from vallum.terrain.source import TerrainSource


def fractal(
    seed: int, side: int, relief_m: float, roughness_m: float, spectrum: float = 3.5, whole: int | None = None
) -> NDArray[np.float32]:
    """Make relief of power spectrum 1 / frequency^spectrum, with white roughness on top.

    `relief_m` is the standard deviation over `whole` cells each way, of which a square of `side` cells is kept.
    """
    chance = np.random.default_rng(seed)
    cells = whole or side
    frequency = np.hypot(np.fft.fftfreq(cells)[:, None], np.fft.rfftfreq(cells)[None])
    frequency[0, 0] = np.inf
    waves = np.fft.rfft2(chance.standard_normal((cells, cells))) * frequency ** (-spectrum / 2.0)
    heights = np.fft.irfft2(waves, s=(cells, cells))
    heights = heights / heights.std() * relief_m
    return np.asarray(heights[:side, :side] + chance.normal(0.0, roughness_m, (side, side)), np.float32)


def source(name: str = "invented", error_sd_m: float = 3.0, error_length_m: float = 180.0) -> TerrainSource:
    return TerrainSource(name, (), "EPSG:32637", 30.0, "EGM96", error_sd_m, error_length_m, "assumed", "invented")


def ground_of(
    heights_m: NDArray[np.float32],
    cell_m: float = 30.0,
    sources: tuple[TerrainSource, ...] = (source(),),
    source_of: NDArray[np.uint8] | None = None,
) -> Ground:
    """Lay heights on a plane whose origin is their upper left corner."""
    if source_of is None:
        source_of = np.where(np.isfinite(heights_m), 0, 255).astype(np.uint8)
    transform = Affine(cell_m, 0.0, 0.0, 0.0, -cell_m, 0.0)
    return Ground(heights_m, transform, cell_m, "+proj=utm +zone=37", source_of, sources)
