// How does the watched lane look: what is watched, how surely, on what proof, and what a moved tower would change?
import { hatch } from './glyphs';
import type { Target } from './layout';
import type { Changes } from './lanechange';
import { palette, withOpacity } from './palette';
import { pixelsOf, type RibbonScale } from './ribbonscale';
import type { Curve, Selection, Watched } from './scene';
import { selectedStretch, selectionOfStretch } from './stretches';

type Context = CanvasRenderingContext2D;

/** Everything the lane shows. */
export interface WatchedLane {
  readonly stretches: readonly Watched[];
  /** Probabilities step by step; null where they are not computed. */
  readonly curve: Curve | null;
  /** From which probability on a stretch counts as watched. */
  readonly watched_at: number;
  /** What is only tried: the lane as it stands, and what it would change; null while nothing is tried. */
  readonly trial: { readonly curve: Curve | null; readonly changes: Changes } | null;
}

/** Where on the canvas, CSS pixels. */
export interface LaneBox {
  readonly top: number;
  readonly height: number;
}

/** The probabilities under one pixel column: the worst of the low ones, the mean, the best of the high ones. */
export interface CurveColumn {
  readonly x: number;
  readonly low: number;
  readonly nominal: number;
  readonly high: number;
}

// On more of the line than this a curve is a picture of noise; the states alone are read at a glance.
const MOST_STEPS_PER_PIXEL = 0.75;
const EDGE_PX = 2;
const DASH: readonly number[] = [4, 3];
const CHANGE_PX = 3;

/** Paint the lane; returns what can be pointed at. */
export function paintWatchedLane(
  context: Context,
  lane: WatchedLane,
  scale: RibbonScale,
  { top, height }: LaneBox,
  selection: Selection | null,
): Target[] {
  const [y, tall] = [top + 2, height - 5];
  context.fillStyle = palette.night;
  context.fillRect(scale.left_px, y, scale.width_px, tall);
  const columns = curveColumns(lane.curve, scale);
  const targets = lane.stretches.flatMap((stretch) => {
    const pixels = pixelsOf(scale, stretch.from_m, stretch.to_m);
    if (pixels === null) return [];
    const [from, to] = pixels;
    paintStretch(
      context,
      stretch,
      { x: from, y, width: Math.max(1, to - from), height: tall },
      columns !== null,
    );
    return [{ x: from, y, width: to - from, height: tall, selection: selectionOfStretch(stretch) }];
  });
  if (columns !== null) {
    paintThreshold(context, scale, heightOf(y, tall)(lane.watched_at));
    paintBand(context, columns, heightOf(y, tall));
    const before = lane.trial === null ? null : curveColumns(lane.trial.curve, scale);
    if (before !== null) paintNominal(context, before, heightOf(y, tall), palette.muted, DASH);
    paintNominal(context, columns, heightOf(y, tall), palette.textStrong, []);
  }
  if (lane.trial !== null) paintChanges(context, lane.trial.changes, scale, y);
  const chosen = selectedStretch(lane.stretches, selection);
  const pixels = chosen === undefined ? null : pixelsOf(scale, chosen.from_m, chosen.to_m);
  if (pixels !== null) {
    context.setLineDash([]);
    context.strokeStyle = palette.textStrong;
    context.lineWidth = 1.5;
    context.strokeRect(pixels[0], y - 1, Math.max(2, pixels[1] - pixels[0]), tall + 2);
  }
  return targets;
}

/** The curve as one column a pixel of the window; null when the ribbon shows too much of the line for one. */
export function curveColumns(curve: Curve | null, scale: RibbonScale): CurveColumn[] | null {
  if (curve === null || curve.p_nominal.length === 0) return null;
  const [from_m, to_m] = scale.window;
  const steps_per_px = (to_m - from_m) / scale.width_px / curve.step_m;
  if (steps_per_px > MOST_STEPS_PER_PIXEL) return null;
  const last = curve.p_nominal.length - 1;
  const columns: CurveColumn[] = [];
  for (let pixel = 0; pixel < scale.width_px; pixel += 1) {
    const at = from_m / curve.step_m + pixel * steps_per_px;
    const first = Math.floor(at);
    if (first > last) break;
    const end = Math.min(Math.max(first, Math.ceil(at + steps_per_px) - 1), last);
    let [low, sum, high] = [1, 0, 0];
    for (let step = first; step <= end; step += 1) {
      low = Math.min(low, curve.p_low[step]!);
      sum += curve.p_nominal[step]!;
      high = Math.max(high, curve.p_high[step]!);
    }
    columns.push({ x: scale.left_px + pixel, low, nominal: sum / (end - first + 1), high });
  }
  return columns;
}

/** A curve with the steps that a trial computed in their places; the trial's own window only. */
export function withTrial(
  curve: Curve | null,
  trial: (Curve & { readonly from_m: number }) | null,
): Curve | null {
  if (curve === null || trial === null || trial.step_m !== curve.step_m) return curve;
  const first = Math.round(trial.from_m / trial.step_m);
  const put = (all: readonly number[], some: readonly number[]): number[] => {
    const whole = [...all];
    some.forEach((value, index) => {
      if (first + index >= 0 && first + index < whole.length) whole[first + index] = value;
    });
    return whole;
  };
  return {
    step_m: curve.step_m,
    p_low: put(curve.p_low, trial.p_low),
    p_nominal: put(curve.p_nominal, trial.p_nominal),
    p_high: put(curve.p_high, trial.p_high),
  };
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function paintStretch(context: Context, stretch: Watched, box: Rectangle, underCurve: boolean): void {
  const { x, y, width, height } = box;
  switch (stretch.state) {
    case 'unwatched':
      return;
    case 'lost':
      hatch(context, x, y, width, height, palette.lost, 4, true);
      context.strokeStyle = palette.lost;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), height - 1);
      return;
    case 'watched':
      context.fillStyle = withOpacity(palette.watched, underCurve ? 0.42 : 0.62);
      context.fillRect(x, y, width, height);
      break;
    case 'uncertain':
      context.fillStyle = withOpacity(palette.watched, 0.08);
      context.fillRect(x, y, width, height);
      hatch(context, x, y, width, height, withOpacity(palette.watched, 0.8), 5);
  }
  // of a registered sector nothing is known but that it was registered: neither proof nor assumption
  if (stretch.p_low != null) paintProof(context, box, stretch.assumed ?? true);
}

/** The lower edge says on what it rests: a line where walk tests were made, dashes where performance is assumed. */
export function paintProof(context: Context, { x, y, width, height }: Rectangle, assumed: boolean): void {
  context.setLineDash(assumed ? [...DASH] : []);
  // the dashes stand still when the ribbon moves under them
  context.lineDashOffset = x;
  context.strokeStyle = palette.textStrong;
  context.lineWidth = EDGE_PX;
  context.beginPath();
  context.moveTo(x, y + height - EDGE_PX / 2);
  context.lineTo(x + width, y + height - EDGE_PX / 2);
  context.stroke();
  context.setLineDash([]);
  context.lineDashOffset = 0;
}

function heightOf(y: number, tall: number): (probability: number) => number {
  return (probability) => y + tall - EDGE_PX - probability * (tall - EDGE_PX - CHANGE_PX);
}

function paintThreshold(context: Context, scale: RibbonScale, y: number): void {
  context.fillStyle = withOpacity(palette.text, 0.25);
  context.fillRect(scale.left_px, Math.round(y), scale.width_px, 1);
}

function paintBand(context: Context, columns: readonly CurveColumn[], pixel: (p: number) => number): void {
  context.fillStyle = withOpacity(palette.textStrong, 0.2);
  for (const { x, low, high } of columns) {
    context.fillRect(x, pixel(high), 1, Math.max(0, pixel(low) - pixel(high)));
  }
}

function paintNominal(
  context: Context,
  columns: readonly CurveColumn[],
  pixel: (p: number) => number,
  colour: string,
  dash: readonly number[],
): void {
  context.setLineDash([...dash]);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  columns.forEach(({ x, nominal }, index) => {
    if (index === 0) context.moveTo(x + 0.5, pixel(nominal));
    else context.lineTo(x + 0.5, pixel(nominal));
  });
  context.stroke();
  context.setLineDash([]);
}

/** A bar over what would be won, and a hatched one over what would be lost. */
function paintChanges(context: Context, { spans }: Changes, scale: RibbonScale, y: number): void {
  for (const span of spans) {
    const pixels = pixelsOf(scale, span.from_m, span.to_m);
    if (pixels === null) continue;
    const [from, width] = [pixels[0], Math.max(2, pixels[1] - pixels[0])];
    if (span.kind === 'gained') {
      context.fillStyle = palette.live;
      context.fillRect(from, y - 1, width, CHANGE_PX);
    } else {
      hatch(context, from, y - 1, width, CHANGE_PX + 1, palette.priority1, 3);
    }
  }
}
