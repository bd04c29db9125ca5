"""How far does the error of a terrain source blur what posts see?

The ground under a few posts is spoilt again and again by errors that the source may have, and the posts look anew. How
often a cell is seen is compared with what one look on the unspoilt ground foretells, and `Softness` is fitted to that.
The eye and the target stand on the spoilt ground too: both rise and fall with it, as they would on a model that is
wrong there.

What the fit is worth is measured on posts it was not made from: each post is foretold from the others alone.

An upper estimate. A terrain model already holds one draw of its own error; adding another roughens the ground twice.
And a stated error is mostly a common offset of whole landscapes, which moves eye, ground and target alike and hides
nothing, while here all of it changes within the correlation length. See docs/sight.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.errorfield import error_fields
from vallum.terrain.ground import Ground
from vallum.terrain.soft import Softness, opinion_share
from vallum.terrain.softfit import Look, fitted
from vallum.terrain.viewshed import REFRACTION_K, minimum_visible_height

FloatGrid = NDArray[np.float32]
Progress = Callable[[float], object]

# A sheep or goat, and what a pick-up shows: between them lies everything that is looked for.
_TARGETS_M = (0.7, 1.4)
_RUNS = 24
_FEWEST_POSTS = 5
_MOST_POSTS = 10


@dataclass(frozen=True, slots=True)
class SamplePost:
    """Where a calibration looks from: a cell of the ground and the height of the eye above it, metres."""

    row: int
    column: int
    mast_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What terrain error does to sight, and how well that is known.

    Attributes
    ----------
    softness
        Fitted on all posts.
    error_sd_m, error_length_m
        The terrain error that was assumed, metres.
    posts, runs, cells
        How many posts looked, how often each, at how many cells in all.
    flip_share
        Share of cells (0 to 1) that change between seen and not seen, on average over the runs.
    opinion_share
        Share of cells seen in 10 to 90 % of the runs: a yes or no about them is an opinion.
    seen_share, mean_seen_share
        Share of cells seen on the ground as it is given, and on average over the runs.
    rmse_yes_no, rmse_soft
        Root mean square difference between how often a cell was seen and what was foretold: by yes or no, and by a
        softness fitted on the other posts alone.
    rmse_chance
        What of it is the chance of so few runs: nothing can be foretold better.
    """

    softness: Softness
    error_sd_m: float
    error_length_m: float
    posts: int
    runs: int
    cells: int
    flip_share: float
    opinion_share: float
    seen_share: float
    mean_seen_share: float
    rmse_yes_no: float
    rmse_soft: float
    rmse_chance: float


def calibrated(
    ground: Ground,
    posts: Sequence[SamplePost],
    error_sd_m: float,
    error_length_m: float,
    radius_m: float,
    *,
    targets_m: Sequence[float] = _TARGETS_M,
    runs: int = _RUNS,
    seed: int = 0,
    refraction_k: float = REFRACTION_K,
    progress: Progress | None = None,
) -> Calibration:
    """Find the softness of one terrain source from what a few posts see.

    Parameters
    ----------
    ground
        The ground as it is given.
    posts
        At least two, on ground of that source; masts as they will be used.
    error_sd_m, error_length_m
        Standard deviation and correlation length of the source's error, metres.
    radius_m
        How far is looked, metres.
    targets_m
        Heights of what is looked for, metres; fit and figures are over all of them.
    runs
        How many errors are drawn for each post.
    seed
        Of chance: the same seed gives the same answer.
    refraction_k
        Coefficient of refraction.
    progress
        Called with the share done, 0 to 1; what it raises ends the work.

    Raises
    ------
    ValueError
        If there are fewer than two posts or runs, a post cannot look, the error is not above 0, or no ground is known
        around the posts.

    Examples
    --------
    >>> from affine import Affine
    >>> from vallum.terrain.source import TerrainSource
    >>> source = TerrainSource("invented", (), "EPSG:32637", 100.0, "EGM96", 2.0, 300.0, "assumed", "invented")
    >>> flat, one = np.zeros((81, 81), np.float32), np.zeros((81, 81), np.uint8)
    >>> ground = Ground(flat, Affine(100, 0, 0, 0, -100, 0), 100.0, "+proj=utm +zone=37", one, (source,))
    >>> posts = [SamplePost(30, 30, 10.0), SamplePost(50, 50, 10.0)]
    >>> found = calibrated(ground, posts, source.error_sd_m, source.error_length_m, 3_000.0)
    >>> found.seen_share, found.mean_seen_share < 0.8, found.rmse_soft < found.rmse_yes_no / 3
    (1.0, True, True)
    """
    if len(posts) < 2 or runs < 2 or not targets_m:
        raise ValueError(
            f"A calibration on {len(posts)} posts, {runs} runs and {len(targets_m)} targets: give at least two posts "
            "(each is foretold from the others), two runs and a target."
        )
    if not (0.0 < error_sd_m < math.inf and 0.0 < error_length_m < math.inf):
        raise ValueError(
            f"A terrain error of {error_sd_m} m that stays alike over {error_length_m} m: give both above 0 m. Ground "
            "without error needs no calibration."
        )
    looks = []
    for place, post in enumerate(posts):
        chance, part = np.random.default_rng([seed, place]), _part(progress, place, len(posts))
        error = (error_sd_m, error_length_m)
        looks.append(_look(ground, post, error, radius_m, targets_m, runs, refraction_k, chance, part))
    if sum(look.distance_m.size > 0 for look in looks) < 2:
        raise ValueError("Around fewer than two of the posts is any ground known; give terrain there, or other posts.")
    return _summed_up(looks, targets_m, error_sd_m, error_length_m, radius_m, runs)


def calibrated_by_source(
    ground: Ground,
    posts: Sequence[SamplePost],
    radius_m: float,
    *,
    targets_m: Sequence[float] = _TARGETS_M,
    runs: int = _RUNS,
    seed: int = 0,
    refraction_k: float = REFRACTION_K,
    progress: Progress | None = None,
) -> tuple[Calibration | None, ...]:
    """Calibrate every terrain source of a ground on the posts that stand on it.

    At most ten posts of a source are used, spread evenly over those given; of several in one cell the first. Where
    there are fewer than five, places on its ground are added by chance, with the mean mast of the posts given. Around
    a post near a seam the other source's ground counts as the post's.

    Parameters
    ----------
    ground
        The ground as it is given, with the errors of its sources.
    posts
        At least one, as far as they lie on known ground; others are passed over.
    radius_m, targets_m, runs, seed, refraction_k, progress
        As of `calibrated`.

    Returns
    -------
    tuple of Calibration or None
        In the order of the ground's sources; None for a source that gives none of the ground.

    Raises
    ------
    ValueError
        As `calibrated`, or if no post is given.
    """
    if not posts:
        raise ValueError("A calibration needs a post: where does something look from, and from how high?")
    mast_m = sum(post.mast_m for post in posts) / len(posts)
    rows, columns = ground.shape
    on_ground = {
        (post.row, post.column): post for post in reversed(posts) if 0 <= post.row < rows and 0 <= post.column < columns
    }
    used = [index for index in range(len(ground.sources)) if (ground.source_of == index).any()]
    found: list[Calibration | None] = [None] * len(ground.sources)
    for place, index in enumerate(used):
        own = [post for cell, post in reversed(on_ground.items()) if ground.source_of[cell] == index]
        own = [own[round(at)] for at in np.linspace(0, len(own) - 1, min(len(own), _MOST_POSTS))]
        if len(own) < _FEWEST_POSTS:
            own += sample_posts(ground, _FEWEST_POSTS - len(own), mast_m, seed=seed, source=index)
        found[index] = calibrated(
            ground,
            own,
            ground.sources[index].error_sd_m,
            ground.sources[index].error_length_m,
            radius_m,
            targets_m=targets_m,
            runs=runs,
            seed=seed,
            refraction_k=refraction_k,
            progress=_part(progress, place, len(used)),
        )
    return tuple(found)


def sample_posts(
    ground: Ground, count: int, mast_m: float, seed: int = 0, source: int | None = None
) -> tuple[SamplePost, ...]:
    """Choose places for posts by chance, spread evenly over the columns of the grid.

    Parameters
    ----------
    ground
        The ground; posts stand where its height is known.
    count
        How many; two may stand in one cell where there are hardly more cells than posts.
    mast_m
        Height of the eye, metres.
    seed
        Of chance.
    source
        Only on the ground of this source (its place in `ground.sources`).

    Raises
    ------
    ValueError
        If there is no such ground.

    Examples
    --------
    >>> from affine import Affine
    >>> from vallum.terrain.source import TerrainSource
    >>> invented = TerrainSource("invented", (), "EPSG:32637", 30.0, "EGM96", 3.0, 90.0, "assumed", "invented")
    >>> flat, one = np.zeros((50, 300), np.float32), np.zeros((50, 300), np.uint8)
    >>> ground = Ground(flat, Affine(30, 0, 0, 0, -30, 0), 30.0, "+proj=utm +zone=37", one, (invented,))
    >>> [post.column // 100 for post in sample_posts(ground, 3, 15.0)]
    [0, 1, 2]
    """
    wanted = np.isfinite(ground.heights_m) if source is None else ground.source_of == source
    up_to = np.cumsum(np.count_nonzero(wanted, axis=0))
    if up_to[-1] == 0:
        raise ValueError("There is no ground of known height for a post; give terrain that covers the strip.")
    shares = (np.arange(count) + np.random.default_rng(seed).random(count)) / max(count, 1)
    posts = []
    for share in shares:
        rank = min(int(share * up_to[-1]), int(up_to[-1]) - 1)
        column = int(np.searchsorted(up_to, rank, side="right"))
        rows = np.flatnonzero(wanted[:, column])
        posts.append(SamplePost(int(rows[rank - up_to[column] + rows.size]), column, mast_m))
    return tuple(posts)


def _part(progress: Progress | None, place: int, of: int) -> Progress:
    """Return what tells the whole's progress when told that of one of its parts."""

    def told(share: float) -> None:
        if progress is not None:
            progress((place + share) / of)

    return told


def _look(
    ground: Ground,
    post: SamplePost,
    error: tuple[float, float],
    radius_m: float,
    targets_m: Sequence[float],
    runs: int,
    refraction_k: float,
    chance: np.random.Generator,
    progress: Progress,
) -> Look:
    """Look once on the ground as it is given, and again for every error that is drawn."""
    rows, columns = ground.shape
    inside = 0 <= post.row < rows and 0 <= post.column < columns
    if not inside or not math.isfinite(ground.heights_m[post.row, post.column]):
        raise ValueError(
            f"The sample post in row {post.row}, column {post.column} stands "
            + ("on a void of the terrain. " if inside else f"off the terrain, which has {rows} x {columns} cells. ")
            + "Choose another place for it."
        )
    reach = max(1, int(radius_m / ground.cell_m))
    top, left = max(0, post.row - reach), max(0, post.column - reach)
    window_m = ground.heights_m[top : post.row + reach + 1, left : post.column + reach + 1]

    def seen_from(heights_m: FloatGrid) -> FloatGrid:
        at = (post.row - top, post.column - left)
        return minimum_visible_height(heights_m, *at, post.mast_m, radius_m, ground.cell_m, refraction_k)

    minimum_m = seen_from(window_m)
    side = np.arange(-(minimum_m.shape[0] // 2), minimum_m.shape[0] // 2 + 1)
    distance_m = np.hypot(side[:, None], side[None, :]) * ground.cell_m
    counts = np.isfinite(minimum_m) & (distance_m > 0.0)
    targets = np.asarray(targets_m, np.float64)[:, None]
    seen = minimum_m[counts] <= targets
    times = np.zeros(seen.shape)
    flips = 0.0
    for run, error_m in enumerate(error_fields(window_m.shape, ground.cell_m, *error, runs, chance)):
        seen_now = seen_from(window_m + error_m)[counts] <= targets
        times += seen_now
        flips += float(np.count_nonzero(seen_now != seen))
        progress((run + 1) / runs)
    return Look(
        minimum_m[counts].astype(np.float64), distance_m[counts], seen, times / runs, flips / max(1, runs * seen.size)
    )


def _summed_up(
    looks: Sequence[Look],
    targets_m: Sequence[float],
    error_sd_m: float,
    error_length_m: float,
    radius_m: float,
    runs: int,
) -> Calibration:
    """Fit, and measure each post against the fit of the others."""
    yes_no = soft = chance = flips = 0.0
    targets = np.asarray(targets_m, np.float64)[:, None]
    for left_out, look in enumerate(looks):
        others = [*looks[:left_out], *looks[left_out + 1 :]]
        foretold = fitted(others, targets_m, error_sd_m, radius_m).probability(look.minimum_m, targets, look.distance_m)
        soft += float(np.square(foretold - look.frequency).sum())
        yes_no += float(np.square(look.seen - look.frequency).sum())
        chance += float((look.frequency * (1.0 - look.frequency)).sum()) / (runs - 1)
        flips += look.flip_share * look.frequency.size
    frequency = np.concatenate([look.frequency.ravel() for look in looks])
    seen = np.concatenate([look.seen.ravel() for look in looks])
    return Calibration(
        softness=fitted(looks, targets_m, error_sd_m, radius_m),
        error_sd_m=error_sd_m,
        error_length_m=error_length_m,
        posts=len(looks),
        runs=runs,
        cells=seen.size // len(targets_m),
        flip_share=flips / seen.size,
        opinion_share=opinion_share(frequency),
        seen_share=float(seen.mean()),
        mean_seen_share=float(frequency.mean()),
        rmse_yes_no=math.sqrt(yes_no / seen.size),
        rmse_soft=math.sqrt(soft / seen.size),
        rmse_chance=math.sqrt(chance / seen.size),
    )
