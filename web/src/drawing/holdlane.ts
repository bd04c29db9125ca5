// How does the lane of holding look: how surely a crossing is interrupted, where not, and what a change would do?
import { hatch } from './glyphs';
import { gapId, gapsNow, type Holding } from './holding';
import type { Target } from './layout';
import { palette, withOpacity } from './palette';
import { pixelOf, pixelsOf, type RibbonScale } from './ribbonscale';
import type { Selection } from './scene';
import { sameSelection } from './scene';
import type { LaneBox } from './watchedlane';

type Context = CanvasRenderingContext2D;

/** The lowest probabilities under one pixel column: a gap narrower than a pixel is still seen. */
export interface HoldColumn {
  readonly x: number;
  readonly p: number;
}

const MARK_PX = 4;
const CHANGE_PX = 3;
/** Less is no change that anybody would see. */
const CHANGED = 0.005;

/** Paint the lane; returns the gaps, which can be pointed at. */
export function paintHoldLane(
  context: Context,
  holding: Holding,
  scale: RibbonScale,
  { top, height }: LaneBox,
  selection: Selection | null,
): Target[] {
  const [y, tall] = [top + 2, height - 4];
  const { held, tried, required } = holding;
  context.fillStyle = palette.night;
  context.fillRect(scale.left_px, y, scale.width_px, tall);
  const pixel = (p: number): number => y + tall - p * (tall - MARK_PX - 1);
  const before = holdColumns(held.edges_m, held.p, scale);
  const now = tried === null ? before : holdColumns(held.edges_m, tried.p, scale);
  for (const { x, p } of now) {
    const isHeld = p >= required;
    context.fillStyle = withOpacity(isHeld ? palette.watched : palette.lost, isHeld ? 0.55 : 0.85);
    context.fillRect(x, pixel(p), 1, Math.max(1, y + tall - pixel(p)));
  }
  context.fillStyle = withOpacity(palette.text, 0.3);
  context.fillRect(scale.left_px, Math.round(pixel(required)), scale.width_px, 1);
  if (tried !== null) {
    paintBefore(context, before, pixel);
    paintChanges(context, before, now, y + tall - CHANGE_PX);
  }
  return gapsNow(holding).flatMap((gap): Target[] => {
    const pixels = pixelsOf(scale, gap.from_km * 1000, gap.to_km * 1000);
    if (pixels === null) return [];
    const own: Selection = { kind: 'gap', id: gapId(held.name, gap) };
    const selected = sameSelection(selection, own);
    paintMark(context, pixelOf(scale, gap.at_km * 1000), y, selected);
    if (selected) {
      context.strokeStyle = palette.textStrong;
      context.lineWidth = 1;
      context.setLineDash([]);
      context.strokeRect(pixels[0] + 0.5, y + 0.5, Math.max(1, pixels[1] - pixels[0] - 1), tall - 1);
    }
    return [{ x: pixels[0], y, width: pixels[1] - pixels[0], height: tall, selection: own }];
  });
}

/** One column a pixel of the window, as low as the lowest step that it covers. */
export function holdColumns(
  edges_m: readonly number[],
  p: readonly number[],
  scale: RibbonScale,
): HoldColumn[] {
  const [from_m, to_m] = scale.window;
  const columns: HoldColumn[] = [];
  let step = 0;
  for (let pixel = 0; pixel < scale.width_px; pixel += 1) {
    const first_m = from_m + (pixel / scale.width_px) * (to_m - from_m);
    const end_m = from_m + ((pixel + 1) / scale.width_px) * (to_m - from_m);
    while (step < p.length && (edges_m[step + 1] ?? Infinity) <= first_m) step += 1;
    let lowest = Infinity;
    for (let other = step; other < p.length && edges_m[other]! < end_m; other += 1) {
      lowest = Math.min(lowest, p[other]!);
    }
    if (lowest < Infinity && edges_m[0]! < end_m) columns.push({ x: scale.left_px + pixel, p: lowest });
  }
  return columns;
}

/** As it is: a dashed line over what would be. */
function paintBefore(context: Context, columns: readonly HoldColumn[], pixel: (p: number) => number): void {
  context.setLineDash([4, 3]);
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 1;
  context.beginPath();
  columns.forEach(({ x, p }, index) => {
    if (index === 0) context.moveTo(x + 0.5, pixel(p));
    else context.lineTo(x + 0.5, pixel(p));
  });
  context.stroke();
  context.setLineDash([]);
}

/** Under it: a bar where it would rise, a hatched one where it would fall. */
function paintChanges(
  context: Context,
  before: readonly HoldColumn[],
  now: readonly HoldColumn[],
  y: number,
): void {
  now.forEach(({ x, p }, index) => {
    const change = p - (before[index]?.p ?? p);
    if (change > CHANGED) {
      context.fillStyle = palette.live;
      context.fillRect(x, y, 1, CHANGE_PX);
    } else if (change < -CHANGED) {
      hatch(context, x, y, 1, CHANGE_PX, palette.priority1, 3);
    }
  });
}

/** A small triangle that points at the lowest place of a gap. */
function paintMark(context: Context, x: number, y: number, selected: boolean): void {
  context.beginPath();
  context.moveTo(x - MARK_PX, y);
  context.lineTo(x + MARK_PX, y);
  context.lineTo(x, y + MARK_PX + 1);
  context.closePath();
  context.fillStyle = selected ? palette.textStrong : palette.lost;
  context.fill();
}
