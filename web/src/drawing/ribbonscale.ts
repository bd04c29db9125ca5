// Which pixel of the ribbon is which metre of the line, and how does the window on it move?
import { clamp } from './chainage';
import type { Range } from './scene';

/** The window of the ribbon: metres of chainage over pixels of canvas, always left to right. */
export interface RibbonScale {
  readonly window: Range;
  readonly left_px: number;
  readonly width_px: number;
}

const SHORTEST_WINDOW_M = 2_000;

/** Pixel of a chainage; may lie outside the canvas. */
export function pixelOf(scale: RibbonScale, chainage_m: number): number {
  const [from_m, to_m] = scale.window;
  return scale.left_px + ((chainage_m - from_m) / (to_m - from_m)) * scale.width_px;
}

/** Chainage of a pixel, held to the window. */
export function chainageOf(scale: RibbonScale, x_px: number): number {
  const [from_m, to_m] = scale.window;
  return from_m + clamp((x_px - scale.left_px) / scale.width_px, 0, 1) * (to_m - from_m);
}

/** The two pixels of an interval, cut to the visible part; null when none of it is visible. */
export function pixelsOf(scale: RibbonScale, from_m: number, to_m: number): readonly [number, number] | null {
  const right_px = scale.left_px + scale.width_px;
  const [start, end] = [pixelOf(scale, from_m), pixelOf(scale, to_m)];
  if (end < scale.left_px || start > right_px) return null;
  return [Math.max(start, scale.left_px), Math.min(end, right_px)];
}

/** The window after zooming about a chainage that stays where it is; `factor` under 1 shows less of the line. */
export function zoomed(window: Range, about_m: number, factor: number, length_m: number): Range {
  const [from_m, to_m] = window;
  const shortest_m = Math.min(SHORTEST_WINDOW_M, length_m);
  const span_m = clamp((to_m - from_m) * factor, shortest_m, length_m);
  const share = (about_m - from_m) / (to_m - from_m);
  return moved([about_m - share * span_m, about_m + (1 - share) * span_m], 0, length_m);
}

/** The window after moving along the line; it never leaves the line and never changes its length. */
export function moved(window: Range, by_m: number, length_m: number): Range {
  const span_m = Math.min(window[1] - window[0], length_m);
  const from_m = clamp(window[0] + by_m, 0, length_m - span_m);
  return [from_m, from_m + span_m];
}

/** The window that shows a range with a margin on both sides. */
export function windowRound(range: Range, length_m: number): Range {
  const margin_m = Math.max((range[1] - range[0]) * 0.1, SHORTEST_WINDOW_M / 4);
  return moved([range[0] - margin_m, range[1] + margin_m], 0, length_m);
}

/** Round chainages to write on an axis: steps of 1, 2 or 5 times a power of ten, at least `apart_px` apart. */
export function ticks(scale: RibbonScale, apart_px: number): { step_m: number; at_m: number[] } {
  const [from_m, to_m] = scale.window;
  const step_m = roundStep(((to_m - from_m) / scale.width_px) * apart_px);
  const first = Math.ceil(from_m / step_m - 1e-9);
  const last = Math.floor(to_m / step_m + 1e-9);
  return {
    step_m,
    at_m: Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step_m),
  };
}

/** The smallest of 1, 2, 5, 10, 20, 50, ... that is not below a length. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** A chainage in kilometres with the digits its step needs, Latin digits: it is read out over the radio. */
export function kilometres(chainage_m: number, step_m: number): string {
  const digits = step_m >= 1000 ? 0 : Math.ceil(-Math.log10(step_m / 1000));
  return (chainage_m / 1000).toFixed(digits);
}
