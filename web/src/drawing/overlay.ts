// What stands on the map above the ground layers: names, marks and the callout, in one 2D canvas.
import { calloutBox, paintCallout } from './callout';
import { placeAt } from './chainage';
import { boxRound, placeLabels, type Box, type LabelWish, type Pixel, type Target } from './layout';
import { alarms, towers, tracks, units, ways } from './overlaymarks';
import { weakestWays } from './overlayhold';
import { countries, kilometreMarks, places, writeLines, type Writing } from './overlaynames';
import type { OverlayScene } from './overlayscene';
import { sightLine, triedTower } from './overlaysight';
import { palette } from './palette';
import type { Range } from './scene';

type Context = CanvasRenderingContext2D;

const LINE_SAMPLE_PX = 10;
const MOST_SAMPLES = 400;

/** Paint the overlay; returns what can be pointed at, later ones on top. */
export function paintOverlay(context: Context, width: number, height: number, scene: OverlayScene): Target[] {
  const frame: Box = { x: 4, y: 4, width: width - 8, height: height - 8 };
  const visible = visibleLine(scene, width, height);
  const taken: Box[] = [...scene.taken, ...visible.boxes];
  const wishes: LabelWish<Writing>[] = [];
  const targets: Target[] = [];

  if (visible.range !== null) kilometreMarks(context, scene, visible.range, frame, wishes);
  weakestWays(context, scene, frame, targets, taken);
  sightLine(context, scene, taken);
  towers(context, scene, frame, targets, taken);
  triedTower(context, scene, taken);
  places(context, scene, frame, wishes, taken);
  ways(context, scene);
  units(context, scene, frame, targets, taken, wishes);
  tracks(context, scene, frame, targets);
  const callout = calloutBox(context, scene, frame);
  if (callout !== null) taken.push(callout.box);
  alarms(context, scene, frame, targets, taken);
  const labels = placeLabels(wishes, taken, frame);
  for (const { label, box, side } of labels) writeLines(context, label, box, side);
  countries(context, scene, frame, [...taken, ...labels.map(({ box }) => box)]);
  hoverMark(context, scene);
  if (callout !== null) paintCallout(context, callout);
  return targets;
}

/** The part of the line on the screen: from where to where, and small boxes along it that labels keep clear of. */
function visibleLine(
  scene: OverlayScene,
  width: number,
  height: number,
): { range: Range | null; boxes: Box[] } {
  const boxes: Box[] = [];
  const points = scene.line.points;
  let [from_m, to_m] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let before: Pixel | null = null;
  for (const [index, point] of points.entries()) {
    const now = scene.project([point.lon, point.lat]);
    if (before !== null && near(before, now, width, height)) {
      from_m = Math.min(from_m, points[index - 1]!.chainage_m);
      to_m = point.chainage_m;
      const length_px = Math.hypot(now.x - before.x, now.y - before.y);
      const steps = Math.min(Math.max(1, Math.ceil(length_px / LINE_SAMPLE_PX)), MOST_SAMPLES);
      for (let step = 0; step < steps; step += 1) {
        const share = step / steps;
        boxes.push(boxRound(before.x + (now.x - before.x) * share, before.y + (now.y - before.y) * share, 5));
      }
    }
    before = now;
  }
  return { range: from_m < to_m ? [from_m, to_m] : null, boxes };
}

function near(one: Pixel, other: Pixel, width: number, height: number): boolean {
  return (
    Math.max(one.x, other.x) > 0 &&
    Math.min(one.x, other.x) < width &&
    Math.max(one.y, other.y) > 0 &&
    Math.min(one.y, other.y) < height
  );
}

/** A short stroke across the line where the pointer is, here or on the ribbon. */
function hoverMark(context: Context, scene: OverlayScene): void {
  if (scene.hover_m === null) return;
  const place = placeAt(scene.line, scene.hover_m);
  const at = scene.project([place.lon, place.lat]);
  const across = ((place.bearing_deg + 90) * Math.PI) / 180;
  const [east, south] = [Math.sin(across) * 14, -Math.cos(across) * 14];
  context.setLineDash([]);
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(at.x - east, at.y - south);
  context.lineTo(at.x + east, at.y + south);
  context.stroke();
}
