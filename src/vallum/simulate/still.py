"""What would the thermal camera's picture of this look like?

Small grey stills, white is warm. Sizes follow from distance and the picture's angle per pixel, the horizon from the
mast. Every still carries the word SIMULATED in its pixels: no copy of it can be taken for a real one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH_PX, HEIGHT_PX = 160, 120
FINE = 4  # drawn so many times larger, then made small
AIM_ROW_PX = 94.0
# The operator's zoom: a standing person is about this tall where the camera aims, within what the lens allows.
PERSON_M, PERSON_PX = 1.7, 6.6
FINEST_DEG, COARSEST_DEG = 0.006, 0.08
GROUND, SKY, SKY_HIGH = 92.0, 58.0, 40.0

Picture = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Warm:
    """Something warm in the picture: what, how many together, at which azimuth (degrees true) and distance."""

    kind: str
    count: int
    azimuth_deg: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class View:
    """How the camera looks: from `mast_m` above ground along an azimuth, zoomed for a distance."""

    mast_m: float
    azimuth_deg: float
    distance_m: float

    @property
    def pixel_deg(self) -> float:
        """Return the angle of one pixel at this zoom.

        Examples
        --------
        >>> View(20.0, 0.0, 1_000.0).pixel_deg < View(20.0, 0.0, 500.0).pixel_deg
        True
        """
        wanted_deg = float(np.degrees(PERSON_M / max(self.distance_m, 1.0)) / PERSON_PX)
        return min(max(wanted_deg, FINEST_DEG), COARSEST_DEG)

    @property
    def horizon_px(self) -> float:
        """Return the row of the horizon; negative when it is above the picture.

        Examples
        --------
        >>> View(20.0, 0.0, 4_000.0).horizon_px > View(20.0, 0.0, 400.0).horizon_px
        True
        """
        return AIM_ROW_PX - float(np.degrees(np.arctan2(self.mast_m, self.distance_m))) / self.pixel_deg


def scene(view: View, warm: Sequence[Warm], *, seed: int) -> Picture:
    """Return the picture without its writing, (120, 160), 0 to 255.

    Parameters
    ----------
    view
        How the camera looks.
    warm
        Who and what is there; those outside the picture are not drawn.
    seed
        For the noise of the detector and the texture of the ground.

    Examples
    --------
    >>> view = View(20.0, 90.0, 800.0)
    >>> bool(scene(view, [Warm("person", 2, 90.0, 800.0)], seed=1).max() > scene(view, [], seed=1).max())
    True
    """
    chance = np.random.Generator(np.random.PCG64([seed, 6]))
    cold = _ground_and_sky(chance, view)
    glow = Image.new("L", (WIDTH_PX * FINE, HEIGHT_PX * FINE), 0)
    draw = ImageDraw.Draw(glow)
    # Far first, so that the near covers it.
    for number, one in enumerate(sorted(warm, key=lambda each: -each.distance_m)):
        _draw_warm(draw, np.random.Generator(np.random.PCG64([seed, 7, number])), view, one)
    soft = glow.filter(ImageFilter.GaussianBlur(0.55 * FINE)).resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BOX)
    heat = np.asarray(soft, dtype=np.float64)
    picture = cold + heat * (238.0 - cold) / 255.0
    # A detector's noise: grain, and columns that do not quite agree.
    picture += chance.normal(0.0, 4.2, picture.shape) + chance.normal(0.0, 1.8, (1, WIDTH_PX))
    across, down = np.meshgrid(np.linspace(-1, 1, WIDTH_PX), np.linspace(-1, 1, HEIGHT_PX))
    return np.asarray(np.clip(picture * (1.0 - 0.10 * (across**2 + down**2)), 0.0, 255.0), dtype=np.float64)


def still_png(view: View, warm: Sequence[Warm], *, sensor_id: str, at_s: float) -> bytes:
    """Return the still as a PNG with SIMULATED, the sensor and the UTC time written into it.

    Parameters
    ----------
    view, warm
        As in `scene`.
    sensor_id
        Written at the lower left.
    at_s
        Unix seconds; written as UTC. With the sensor it is also the seed of the noise.

    Examples
    --------
    >>> still_png(View(20.0, 90.0, 800.0), [], sensor_id="T-14", at_s=1_616_000_000.0)[1:4]
    b'PNG'
    """
    digest = hashlib.blake2b(f"{sensor_id} {at_s}".encode(), digest_size=4).digest()
    marked = written(scene(view, warm, seed=int.from_bytes(digest, "big")), sensor_id=sensor_id, at_s=at_s)
    out = io.BytesIO()
    Image.fromarray(marked.astype(np.uint8)).save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def written(picture: Picture, *, sensor_id: str, at_s: float) -> Picture:
    """Return the picture with its writing.

    Examples
    --------
    >>> import numpy as np
    >>> bool(written(np.zeros((120, 160)), sensor_id="T-14", at_s=0.0).max() > 200)
    True
    """
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(10)
    moment = datetime.fromtimestamp(at_s, tz=UTC).strftime("%H:%M:%SZ")
    low = HEIGHT_PX - 12
    for left, top, text in ((3, 1, "SIMULATED"), (3, low, sensor_id[:16]), (WIDTH_PX - 50, low, moment)):
        draw.rectangle((left - 2, top, left + draw.textlength(text, font=font) + 1, top + 11), fill=12)
        draw.text((left, top), text, fill=235, font=font)
    return np.asarray(image, dtype=np.float64)


def _ground_and_sky(chance: Generator, view: View) -> Picture:
    rows = np.arange(HEIGHT_PX, dtype=np.float64)[:, None]
    columns = np.arange(WIDTH_PX, dtype=np.float64)[None, :]
    # Far ground undulates: a few waves lift and lower the horizon by a pixel or two.
    waves = sum(
        float(chance.uniform(0.3, 1.6))
        * np.sin(columns / float(chance.uniform(12, 60)) + float(chance.uniform(0, 6.3)))
        for _ in range(3)
    )
    below = rows - (view.horizon_px + waves)
    ground = GROUND + 16.0 * np.tanh(below / 90.0) + _patches(chance, below)
    sky = SKY_HIGH + (SKY - SKY_HIGH) * np.exp(np.minimum(below, 0.0) / 14.0)
    edge = 1.0 / (1.0 + np.exp(-np.clip(below * 1.6, -30.0, 30.0)))
    return np.asarray(sky + (ground - sky) * edge, dtype=np.float64)


def _patches(chance: Generator, below: Picture) -> Picture:
    """Warm stones, cool plants: noise at three sizes, flattened by perspective near the horizon."""
    total = np.zeros((HEIGHT_PX, WIDTH_PX))
    for tall, wide, strength in ((5, 4, 9.0), (14, 9, 7.0), (44, 26, 6.0)):
        coarse = Image.fromarray(chance.normal(0.0, 1.0, (tall, wide)).astype(np.float32))
        total += strength * np.asarray(coarse.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC), dtype=np.float64)
    return np.asarray(total * np.clip(0.35 + below / 110.0, 0.3, 1.0), dtype=np.float64)


def _draw_warm(draw: ImageDraw.ImageDraw, chance: Generator, view: View, one: Warm) -> None:
    off_axis_deg = (one.azimuth_deg - view.azimuth_deg + 180.0) % 360.0 - 180.0
    apart_m = {"animal": 1.1, "vehicle": 14.0}.get(one.kind, 2.2)
    seen = min(one.count, 40)
    for place in range(seen):
        # People and cars go one behind the other, a herd goes as it likes.
        beside_m = (place - (seen - 1) / 2.0) * (apart_m + float(chance.normal(0.0, 0.2 * apart_m)))
        distance_m = max(one.distance_m + float(chance.normal(0.0, 12.0 if one.kind == "animal" else 2.0)), 5.0)
        pixels_per_m = float(np.degrees(1.0 / distance_m)) / view.pixel_deg
        left_px = WIDTH_PX / 2.0 + off_axis_deg / view.pixel_deg + beside_m * pixels_per_m
        foot_px = view.horizon_px + float(np.degrees(np.arctan2(view.mast_m, distance_m))) / view.pixel_deg
        if -20.0 < left_px < WIDTH_PX + 20.0:
            _SHAPES.get(one.kind, _draw_person)(draw, chance, left_px, foot_px, pixels_per_m)


def _ellipse(draw: ImageDraw.ImageDraw, x_px: float, y_px: float, wide_px: float, tall_px: float, heat: int) -> None:
    wide, tall = max(wide_px, 0.5) * FINE / 2.0, max(tall_px, 0.5) * FINE / 2.0
    draw.ellipse((x_px * FINE - wide, y_px * FINE - tall, x_px * FINE + wide, y_px * FINE + tall), fill=heat)


def _draw_person(draw: ImageDraw.ImageDraw, chance: Generator, x_px: float, foot_px: float, per_m: float) -> None:
    tall_m = float(chance.uniform(1.5, 1.85))
    stride_m = float(chance.uniform(0.05, 0.28))
    for side in (-1.0, 1.0):
        _ellipse(
            draw,
            x_px + side * stride_m * per_m,
            foot_px - 0.22 * tall_m * per_m,
            0.2 * per_m,
            0.46 * tall_m * per_m,
            150,
        )
    _ellipse(draw, x_px, foot_px - 0.62 * tall_m * per_m, 0.48 * per_m, 0.46 * tall_m * per_m, 205)
    _ellipse(draw, x_px, foot_px - 0.93 * tall_m * per_m, 0.25 * per_m, 0.26 * per_m, 255)


def _draw_animal(draw: ImageDraw.ImageDraw, chance: Generator, x_px: float, foot_px: float, per_m: float) -> None:
    facing = float(chance.choice([-1.0, 1.0]))
    _ellipse(draw, x_px, foot_px - 0.5 * per_m, 1.05 * per_m, 0.5 * per_m, int(chance.integers(120, 185)))
    _ellipse(draw, x_px + facing * 0.6 * per_m, foot_px - 0.72 * per_m, 0.3 * per_m, 0.3 * per_m, 225)
    for leg in (-0.35, 0.35):
        _ellipse(draw, x_px + leg * per_m, foot_px - 0.16 * per_m, 0.14 * per_m, 0.36 * per_m, 130)


def _draw_vehicle(draw: ImageDraw.ImageDraw, chance: Generator, x_px: float, foot_px: float, per_m: float) -> None:
    facing = float(chance.choice([-1.0, 1.0]))
    half_m = 2.2
    box = [x_px - half_m * per_m, foot_px - 1.15 * per_m, x_px + half_m * per_m, foot_px - 0.3 * per_m]
    draw.rectangle([edge * FINE for edge in box], fill=70)
    cab = [x_px - 0.9 * per_m, foot_px - 1.75 * per_m, x_px + 0.9 * per_m, foot_px - 1.1 * per_m]
    draw.rectangle([edge * FINE for edge in cab], fill=55)
    # Engine, tyres and exhaust are what glows.
    _ellipse(draw, x_px + facing * 1.5 * per_m, foot_px - 0.85 * per_m, 1.2 * per_m, 0.7 * per_m, 245)
    for axle in (-1.35, 1.35):
        _ellipse(draw, x_px + axle * per_m, foot_px - 0.33 * per_m, 0.6 * per_m, 0.6 * per_m, 170)


_SHAPES = {"animal": _draw_animal, "vehicle": _draw_vehicle}
