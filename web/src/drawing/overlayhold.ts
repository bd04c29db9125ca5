// Where would somebody come across unmet: the weakest way of each gap on the map, and what is tried against it?
import { stretch } from './chainage';
import { drawTower, drawUnit } from './glyphs';
import { gapId, gapsNow, type Gap, type HoldingMap } from './holding';
import { boxRound, inside, type Box, type Pixel, type Target } from './layout';
import { isSelected, type OverlayScene } from './overlayscene';
import { palette, withOpacity } from './palette';

type Context = CanvasRenderingContext2D;

const DASH: readonly number[] = [2, 3];
const MARK_PX = 5;

/** The ways, the selected one last and with what happens on it. */
export function weakestWays(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  taken: Box[],
): void {
  const { holding } = scene;
  if (holding === null) return;
  builtStretches(context, scene, holding);
  const selectedLast = [...gapsNow(holding)].sort(
    (one, other) =>
      Number(isSelected(scene, 'gap', gapId(holding.held.name, one))) -
      Number(isSelected(scene, 'gap', gapId(holding.held.name, other))),
  );
  for (const gap of selectedLast) way(context, scene, holding, gap, frame, targets, taken);
  for (const place of holding.places) triedPlace(context, scene.project(place.at), place.kind, taken);
}

function way(
  context: Context,
  scene: OverlayScene,
  holding: HoldingMap,
  gap: Gap,
  frame: Box,
  targets: Target[],
  taken: Box[],
): void {
  if (gap.way === null) return;
  const id = gapId(holding.held.name, gap);
  const selected = isSelected(scene, 'gap', id);
  const { lon, lat } = gap.way;
  const pixels = lon.map((east, index) => scene.project([east, lat[index]!]));
  if (!pixels.some((at) => inside(frame, at))) return;
  trace(context, pixels, withOpacity(palette.halo, selected ? 0.9 : 0.5), selected ? 5 : 3, []);
  trace(
    context,
    pixels,
    withOpacity(palette.lost, selected ? 1 : 0.65),
    selected ? 2.25 : 1.25,
    selected ? [] : DASH,
  );
  const crossing = gap.course.find(({ what }) => what === 'line');
  const at = crossing === undefined ? pixels[0]! : scene.project([crossing.lon, crossing.lat]);
  targets.push({
    x: at.x - MARK_PX,
    y: at.y - MARK_PX,
    width: 2 * MARK_PX,
    height: 2 * MARK_PX,
    selection: { kind: 'gap', id },
  });
  if (!selected) return;
  for (const event of gap.course) {
    const place = scene.project([event.lon, event.lat]);
    if (event.what === 'seen') dot(context, place, palette.live, 2.5);
    else if (event.what === 'start') dot(context, place, palette.text, 4);
    else if (event.what === 'line') dot(context, place, palette.line, 4);
    else if (event.what === 'expected') diamond(context, place, palette.live);
    else cross(context, place, palette.lost);
    taken.push(boxRound(place.x, place.y, MARK_PX + 1));
  }
}

function builtStretches(context: Context, scene: OverlayScene, { built }: HoldingMap): void {
  for (const [from_km, to_km] of built) {
    const pixels = stretch(scene.line, [from_km * 1000, to_km * 1000]).map((at) => scene.project(at));
    trace(context, pixels, palette.halo, 8, []);
    trace(context, pixels, palette.priority2, 4, [6, 4]);
  }
}

function triedPlace(context: Context, at: Pixel, kind: 'tower' | 'unit', taken: Box[]): void {
  context.setLineDash([3, 3]);
  context.beginPath();
  context.arc(at.x, at.y, 13, 0, 2 * Math.PI);
  context.strokeStyle = palette.priority2;
  context.lineWidth = 1.75;
  context.stroke();
  context.setLineDash([]);
  if (kind === 'tower') drawTower(context, at.x, at.y, 7, true);
  else drawUnit(context, at.x, at.y, 7, 'vehicle_patrol');
  taken.push(boxRound(at.x, at.y, 14));
}

function trace(
  context: Context,
  pixels: readonly Pixel[],
  colour: string,
  width: number,
  dash: readonly number[],
): void {
  context.setLineDash([...dash]);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = 'round';
  context.beginPath();
  pixels.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}

function dot(context: Context, { x, y }: Pixel, colour: string, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = palette.halo;
  context.lineWidth = 1;
  context.stroke();
}

function diamond(context: Context, { x, y }: Pixel, colour: string): void {
  context.beginPath();
  context.moveTo(x, y - MARK_PX - 1);
  context.lineTo(x + MARK_PX + 1, y);
  context.lineTo(x, y + MARK_PX + 1);
  context.lineTo(x - MARK_PX - 1, y);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = palette.halo;
  context.lineWidth = 1;
  context.stroke();
}

function cross(context: Context, { x, y }: Pixel, colour: string): void {
  for (const [stroke, width] of [
    [palette.halo, 4],
    [colour, 2],
  ] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - MARK_PX, y - MARK_PX);
    context.lineTo(x + MARK_PX, y + MARK_PX);
    context.moveTo(x + MARK_PX, y - MARK_PX);
    context.lineTo(x - MARK_PX, y + MARK_PX);
    context.stroke();
  }
}
