// What is only tried on the map: a tower carried elsewhere, and a sight line between two places?
import { drawTower } from './glyphs';
import { boxRound, type Box, type Pixel } from './layout';
import type { OverlayScene } from './overlayscene';
import { palette } from './palette';
import type { Position } from './scene';
import { write } from './text';

type Context = CanvasRenderingContext2D;

/** A tower that is tried elsewhere. */
export interface TriedTower {
  readonly tower_id: string;
  readonly at: Position;
}

/** The two ends that are known, and what was found between them. */
export interface SightLineMark {
  readonly from: Position | null;
  readonly to: Position | null;
  /** How much of the way the line runs free of the ground, 0 to 1; null while that is not known. */
  readonly seenShare: number | null;
}

const DASH: readonly number[] = [5, 4];
const END_PX = 5;

/** The tower where it is tried, tied to where it stands. */
export function triedTower(context: Context, scene: OverlayScene, taken: Box[]): void {
  const { tried } = scene;
  const stands = scene.frontier.towers.find(({ tower_id }) => tower_id === tried?.tower_id);
  if (tried === null || stands === undefined) return;
  const from = scene.project([stands.lon, stands.lat]);
  const to = scene.project(tried.at);
  stroke(context, from, to, palette.priority2, 1.5, DASH);
  context.setLineDash([3, 3]);
  context.beginPath();
  context.arc(to.x, to.y, 13, 0, 2 * Math.PI);
  context.strokeStyle = palette.priority2;
  context.lineWidth = 1.75;
  context.stroke();
  context.setLineDash([]);
  drawTower(context, to.x, to.y, 7, true);
  taken.push(boxRound(to.x, to.y, 14));
}

/** The line of sight: whole where it sees, and beyond what hides it broken. */
export function sightLine(context: Context, { sightLine: line, project }: OverlayScene, taken: Box[]): void {
  if (line === null) return;
  const [from, to] = [line.from, line.to].map((end) => (end === null ? null : project(end)));
  if (from && to) {
    const share = line.seenShare ?? 1;
    const until = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    stroke(context, from, until, line.seenShare === null ? palette.muted : palette.live, 2, []);
    if (share < 1) stroke(context, until, to, palette.lost, 2, DASH);
  }
  if (from) end(context, from, '1', taken);
  if (to) end(context, to, '2', taken);
}

function stroke(
  context: Context,
  from: Pixel,
  to: Pixel,
  colour: string,
  width: number,
  dash: readonly number[],
): void {
  for (const [strokeStyle, lineWidth] of [
    [palette.halo, width + 2.5],
    [colour, width],
  ] as const) {
    context.setLineDash(strokeStyle === colour ? [...dash] : []);
    context.strokeStyle = strokeStyle;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
  context.setLineDash([]);
}

function end(context: Context, at: Pixel, name: string, taken: Box[]): void {
  context.beginPath();
  context.arc(at.x, at.y, END_PX, 0, 2 * Math.PI);
  context.fillStyle = palette.background;
  context.fill();
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 1.75;
  context.stroke();
  write(context, name, at.x, at.y - 13, {
    size_px: 12,
    weight: 600,
    colour: palette.textStrong,
    align: 'center',
    halo: palette.halo,
  });
  taken.push({ x: at.x - 8, y: at.y - 20, width: 16, height: 28 });
}
