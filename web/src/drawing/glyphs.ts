// What do alarms, units, towers, crossings and tracks look like, on map, ribbon and legend alike?
import { palette, priorityColour, type Priority } from './palette';
import { write } from './text';
import type { Alarm, Unit } from './scene';
import type { TrackClass } from './trackcloud';

type Context = CanvasRenderingContext2D;

/** Priority is shape, digit and colour. Filled needs somebody; an outline is somebody's already or put aside. */
export function drawAlarm(
  context: Context,
  x: number,
  y: number,
  half: number,
  priority: Priority,
  state: Alarm['state'],
): void {
  const colour = priorityColour(priority);
  context.beginPath();
  if (priority === 1) {
    const [top, base, side] = [y - half * 1.15, y + half * 0.85, half * 1.15];
    context.moveTo(x, top);
    context.lineTo(x + side, base);
    context.lineTo(x - side, base);
    context.closePath();
  } else if (priority === 2) {
    context.rect(x - half * 0.9, y - half * 0.9, half * 1.8, half * 1.8);
  } else {
    context.arc(x, y, half, 0, 2 * Math.PI);
  }
  const waiting = state === 'unacknowledged';
  context.lineJoin = 'round';
  context.setLineDash(state === 'shelved' ? [2, 2] : []);
  context.strokeStyle = palette.halo;
  context.lineWidth = waiting ? 3 : 5;
  context.stroke();
  context.fillStyle = waiting ? colour : palette.background;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = waiting ? 0.5 : 1.75;
  context.stroke();
  context.setLineDash([]);
  if (half >= 6) {
    write(context, String(priority), x, y + (priority === 1 ? half * 0.22 : half * 0.06), {
      size_px: Math.round(half * 1.25),
      weight: 600,
      colour: waiting ? palette.background : colour,
      align: 'center',
    });
  }
}

/** A unit: the rectangle of a friendly land unit; what it does is the mark inside. */
export function drawUnit(context: Context, x: number, y: number, half: number, kind: Unit['kind']): void {
  const [width, height] = [half * 2.4, half * 1.6];
  const [left, top] = [x - width / 2, y - height / 2];
  context.setLineDash([]);
  context.fillStyle = palette.background;
  context.fillRect(left, top, width, height);
  context.strokeStyle = palette.unit;
  context.lineWidth = 1.5;
  context.strokeRect(left, top, width, height);
  context.beginPath();
  if (kind === 'foot_patrol' || kind === 'reaction_force') {
    context.moveTo(left, top + height);
    context.lineTo(left + width, top);
  }
  if (kind === 'reaction_force') {
    context.moveTo(left, top);
    context.lineTo(left + width, top + height);
  }
  if (kind === 'vehicle_patrol') {
    context.moveTo(left, top + height);
    context.lineTo(left + width, top);
    context.moveTo(left + width * 0.28, top + height + 2.5);
    context.arc(left + width * 0.28 - 1.2, top + height + 2.5, 1.2, 0, 2 * Math.PI);
    context.moveTo(left + width * 0.72 + 1.2, top + height + 2.5);
    context.arc(left + width * 0.72, top + height + 2.5, 1.2, 0, 2 * Math.PI);
  }
  if (kind === 'observation_post') {
    context.moveTo(x, top + height * 0.22);
    context.lineTo(x + height * 0.34, top + height * 0.78);
    context.lineTo(x - height * 0.34, top + height * 0.78);
    context.closePath();
  }
  context.stroke();
}

/** A tower: legs under a platform, struck through when none of its sensors watches. */
export function drawTower(context: Context, x: number, y: number, half: number, watching: boolean): void {
  context.setLineDash([]);
  const paths: (() => void)[] = [
    () => {
      context.moveTo(x - half * 0.75, y + half);
      context.lineTo(x, y - half);
      context.lineTo(x + half * 0.75, y + half);
      context.moveTo(x - half * 0.5, y + half * 0.3);
      context.lineTo(x + half * 0.5, y + half * 0.3);
    },
  ];
  if (!watching) {
    paths.push(() => {
      context.moveTo(x - half, y - half);
      context.lineTo(x + half, y + half);
      context.moveTo(x + half, y - half);
      context.lineTo(x - half, y + half);
    });
  }
  paths.forEach((path, index) => {
    context.beginPath();
    path();
    context.lineCap = 'round';
    context.strokeStyle = palette.halo;
    context.lineWidth = 3.5;
    context.stroke();
    context.strokeStyle = index === 0 ? palette.textStrong : palette.lost;
    context.lineWidth = 1.4;
    context.stroke();
  });
  context.lineCap = 'butt';
}

/** A ground sensor that stands alone: a dot, amber when it does not watch. */
export function drawGroundSensor(context: Context, x: number, y: number, watching: boolean): void {
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 2.4, 0, 2 * Math.PI);
  context.strokeStyle = palette.halo;
  context.lineWidth = 2;
  context.stroke();
  context.fillStyle = watching ? palette.live : palette.lost;
  context.fill();
}

/** A crossing point: a gate across the line. */
export function drawCrossing(context: Context, x: number, y: number, half: number): void {
  context.setLineDash([]);
  context.fillStyle = palette.background;
  context.fillRect(x - half, y - half * 0.75, half * 2, half * 1.5);
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 1.4;
  context.beginPath();
  context.moveTo(x - half, y - half);
  context.lineTo(x - half, y + half);
  context.moveTo(x + half, y - half);
  context.lineTo(x + half, y + half);
  context.moveTo(x - half, y);
  context.lineTo(x - half * 0.25, y);
  context.moveTo(x + half * 0.25, y);
  context.lineTo(x + half, y);
  context.stroke();
}

/** A track as ribbon and legend show it; the map draws the same shapes in `layers/tracks`. */
export function drawTrack(
  context: Context,
  x: number,
  y: number,
  half: number,
  classification: TrackClass,
  colour: string,
): void {
  context.setLineDash([]);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.4;
  context.beginPath();
  if (classification === 'person') {
    context.arc(x, y, half * 0.7, 0, 2 * Math.PI);
    context.fill();
  } else if (classification === 'vehicle') {
    context.fillRect(x - half, y - half * 0.6, half * 2, half * 1.2);
  } else if (classification === 'animal') {
    context.arc(x, y, half * 0.7, 0, 2 * Math.PI);
    context.stroke();
  } else {
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
    context.stroke();
  }
}

/** Diagonal hatch inside a rectangle: rising to the right, or falling, as what was lost is drawn on the ground too. */
export function hatch(
  context: Context,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
  spacing_px = 5,
  falling = false,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  const first = Math.floor((x - height) / spacing_px) * spacing_px;
  for (let start = first; start < x + width; start += spacing_px) {
    context.moveTo(start, falling ? y : y + height);
    context.lineTo(start + height, falling ? y + height : y);
  }
  context.setLineDash([]);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** A seamless square tile of the same hatch for a map fill; `pixels` per side at the given ratio. */
export function hatchTile(side_px: number, ratio: number, colour: string): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side_px * ratio;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no 2D canvas; the page cannot draw its map.');
  context.scale(ratio, ratio);
  hatch(context, -side_px, -side_px, side_px * 3, side_px * 3, colour, side_px);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Which obstacle looks how: finished, under way, only planned, or damaged. */
export type ObstacleLook = 'built' | 'under way' | 'planned' | 'degraded';

/** Look of an obstacle by its state in the programme; only accepted work counts as built. */
export function obstacleLook(state: string): ObstacleLook {
  if (state === 'accepted') return 'built';
  if (state === 'degraded') return 'degraded';
  return state === 'not started' || state === 'cleared' ? 'planned' : 'under way';
}

/** Dashes of a look, CSS pixels; none for finished work. */
export const OBSTACLE_DASH: Record<ObstacleLook, readonly number[]> = {
  built: [],
  'under way': [6, 3],
  planned: [1.5, 4],
  degraded: [3, 2],
};
