// What is written and marked on the map: names, kilometres, towers, units, alarms and the callout, in one 2D canvas.
// Text is written here and not by the map library, which joins Sorani letters wrongly.
import { bearing, placeAt, type LineIndex } from './chainage';
import { drawAlarm, drawCrossing, drawTower, drawUnit } from './glyphs';
import { boxRound, placeLabels, type Box, type LabelSide, type LabelWish, type Target } from './layout';
import { watching } from './layers/watched';
import { palette, priorityColour, withOpacity } from './palette';
import { kilometres, roundStep } from './ribbonscale';
import { nameIn, otherName } from './scene';
import type {
  Alarm,
  Frontier,
  Language,
  Names,
  Position,
  Selection,
  Sensor,
  TrackFocus,
  Unit,
} from './scene';
import { widthOf, write, type TextLook } from './text';
import type { TrackCloud } from './trackcloud';

/** All that the overlay shows, and how a position becomes a pixel. */
export interface OverlayScene {
  readonly frontier: Frontier;
  readonly line: LineIndex;
  readonly sensors: readonly Sensor[];
  readonly units: readonly Unit[];
  readonly alarms: readonly Alarm[];
  readonly tracks: TrackCloud;
  readonly selection: Selection | null;
  readonly focus: TrackFocus | null;
  readonly hover_m: number | null;
  readonly language: Language;
  readonly project: (position: Position) => { readonly x: number; readonly y: number };
  /** Ground metres under one pixel in the middle of the map. */
  readonly metresPerPixel: number;
  /** Boxes of other things on the map (legend, caption) that labels keep clear of. */
  readonly taken: readonly Box[];
}

interface Pixel {
  readonly x: number;
  readonly y: number;
}

interface Writing {
  readonly lines: readonly { readonly text: string; readonly look: TextLook }[];
}

type Context = CanvasRenderingContext2D;

const KILOMETRES_APART_PX = 62;
const LINE_SAMPLE_PX = 10;
const COUNTRY_GAP_PX = 14;
const SIDES: readonly LabelSide[] = ['right', 'left', 'above', 'below'];
const ALARM_LIFT_PX = 17;

/** Paint the overlay; returns what can be pointed at, later ones on top. */
export function paintOverlay(context: Context, width: number, height: number, scene: OverlayScene): Target[] {
  const frame: Box = { x: 4, y: 4, width: width - 8, height: height - 8 };
  const taken: Box[] = [...scene.taken, ...lineBoxes(scene, width, height)];
  const wishes: LabelWish<Writing>[] = [];
  const targets: Target[] = [];

  kilometreMarks(context, scene, frame, wishes);
  towers(context, scene, frame, targets, taken);
  places(context, scene, frame, wishes, taken);
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

/** The pixel of an alarm: over its track while that lives, else where it was raised; null when it has no place. */
export function alarmPixel(scene: Pick<OverlayScene, 'tracks' | 'project'>, alarm: Alarm): Pixel | null {
  const mark = typeof alarm.track === 'number' ? scene.tracks.marks.get(alarm.track) : undefined;
  const lon = mark?.lon ?? alarm.lon;
  const lat = mark?.lat ?? alarm.lat;
  if (typeof lon !== 'number' || typeof lat !== 'number') return null;
  const { x, y } = scene.project([lon, lat]);
  return { x, y };
}

function lineBoxes(scene: OverlayScene, width: number, height: number): Box[] {
  const boxes: Box[] = [];
  let before: Pixel | null = null;
  for (const point of scene.line.points) {
    const now = scene.project([point.lon, point.lat]);
    if (before !== null && near(before, now, width, height)) {
      const steps = Math.max(1, Math.ceil(Math.hypot(now.x - before.x, now.y - before.y) / LINE_SAMPLE_PX));
      for (let step = 0; step < Math.min(steps, 400); step += 1) {
        const share = step / steps;
        boxes.push(boxRound(before.x + (now.x - before.x) * share, before.y + (now.y - before.y) * share, 5));
      }
    }
    before = now;
  }
  return boxes;
}

function near(one: Pixel, other: Pixel, width: number, height: number): boolean {
  return (
    Math.max(one.x, other.x) > 0 &&
    Math.min(one.x, other.x) < width &&
    Math.max(one.y, other.y) > 0 &&
    Math.min(one.y, other.y) < height
  );
}

/** Kilometre figures stand on the far side of the line: obstacles have the home side. */
function kilometreMarks(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  wishes: LabelWish<Writing>[],
): void {
  const step_m = Math.max(roundStep(scene.metresPerPixel * KILOMETRES_APART_PX), 100);
  for (let chainage_m = 0; chainage_m <= scene.line.length_m; chainage_m += step_m) {
    const place = placeAt(scene.line, chainage_m);
    const at = scene.project([place.lon, place.lat]);
    if (!inside(frame, at)) continue;
    const towardsFar = ((place.bearing_deg + 90 * scene.line.homeSign) * Math.PI) / 180;
    const [east, south] = [Math.sin(towardsFar), -Math.cos(towardsFar)];
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(at.x + east * 6, at.y + south * 6);
    context.stroke();
    const look: TextLook = { size_px: 10.5, colour: palette.muted, halo: palette.halo };
    const text = kilometres(chainage_m, step_m);
    const [wide, high] = [widthOf(context, text, look), 12];
    const away = 13 + Math.abs(east) * (wide / 2) + Math.abs(south) * (high / 2);
    wishes.push({
      label: { lines: [{ text, look }] },
      rank: 30,
      x: at.x + east * away,
      y: at.y + south * away,
      width: wide,
      height: high,
      gap: -high / 2,
      sides: ['above'],
    });
  }
}

function towers(context: Context, scene: OverlayScene, frame: Box, targets: Target[], taken: Box[]): void {
  const half = scene.metresPerPixel > 350 ? 4 : 6;
  const carried = new Map<string, Sensor[]>();
  for (const sensor of scene.sensors) {
    const tower_id = sensor.tower_id ?? null;
    if (tower_id === null) groundSensor(context, scene, frame, targets, sensor);
    else carried.set(tower_id, [...(carried.get(tower_id) ?? []), sensor]);
  }
  for (const tower of scene.frontier.towers) {
    const at = scene.project([tower.lon, tower.lat]);
    if (!inside(frame, at)) continue;
    const sensors = carried.get(tower.tower_id) ?? [];
    const sees = sensors.length === 0 || sensors.some(watching);
    const selected =
      isSelected(scene, 'tower', tower.tower_id) ||
      sensors.some((row) => isSelected(scene, 'sensor', row.sensor_id));
    if (selected) ring(context, at, half + 6);
    drawTower(context, at.x, at.y, half, sees);
    taken.push(boxRound(at.x, at.y, half));
    // a tower with one sensor is that sensor: its card says what it sees
    const selection: Selection =
      sensors.length === 1
        ? { kind: 'sensor', id: sensors[0]!.sensor_id }
        : { kind: 'tower', id: tower.tower_id };
    targets.push({ ...boxRound(at.x, at.y, half + 2), selection });
  }
}

function groundSensor(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  sensor: Sensor,
): void {
  const at = scene.project([sensor.lon, sensor.lat]);
  if (!inside(frame, at)) return;
  if (isSelected(scene, 'sensor', sensor.sensor_id)) ring(context, at, 8);
  context.beginPath();
  context.arc(at.x, at.y, 2.4, 0, 2 * Math.PI);
  context.fillStyle = watching(sensor) ? palette.textStrong : palette.lost;
  context.strokeStyle = palette.halo;
  context.lineWidth = 2;
  context.setLineDash([]);
  context.stroke();
  context.fill();
  targets.push({ ...boxRound(at.x, at.y, 4), selection: { kind: 'sensor', id: sensor.sensor_id } });
}

function places(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  wishes: LabelWish<Writing>[],
  taken: Box[],
): void {
  scene.frontier.places.forEach((place, index) => {
    const at = scene.project([place.lon, place.lat]);
    if (!inside(frame, at)) return;
    const crossing = place.kind === 'crossing';
    if (crossing) {
      drawCrossing(context, at.x, at.y, 5);
      taken.push(boxRound(at.x, at.y, 7));
    } else {
      context.beginPath();
      context.arc(at.x, at.y, 2, 0, 2 * Math.PI);
      context.fillStyle = palette.text;
      context.fill();
      taken.push(boxRound(at.x, at.y, 2));
    }
    const wish = bothScripts(
      context,
      place.names,
      scene.language,
      crossing ? palette.textStrong : palette.text,
    );
    wishes.push({
      ...wish,
      rank: (crossing ? 10 : 20) + index / 1000,
      ...at,
      gap: crossing ? 9 : 6,
      sides: SIDES,
    });
  });
}

/** A name in the reader's language and, smaller under it, in the other script. */
function bothScripts(
  context: Context,
  names: Names,
  language: Language,
  colour: string,
): { label: Writing; width: number; height: number } {
  const first = { text: nameIn(names, language), look: { size_px: 11.5, colour, halo: palette.halo } };
  const other = otherName(names, language);
  const lines =
    other === null
      ? [first]
      : [first, { text: other, look: { size_px: 10, colour: palette.muted, halo: palette.halo } }];
  const width = Math.max(...lines.map(({ text, look }) => widthOf(context, text, look)));
  return { label: { lines }, width, height: lines.length === 2 ? 27 : 14 };
}

function units(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  taken: Box[],
  wishes: LabelWish<Writing>[],
): void {
  for (const unit of scene.units) {
    const at = scene.project([unit.lon, unit.lat]);
    if (!inside(frame, at)) continue;
    if (isSelected(scene, 'unit', unit.unit_id)) ring(context, at, 13);
    drawUnit(context, at.x, at.y, 6, unit.kind);
    taken.push({ x: at.x - 8, y: at.y - 6, width: 16, height: 12 });
    targets.push({ ...boxRound(at.x, at.y, 8), selection: { kind: 'unit', id: unit.unit_id } });
    const look: TextLook = { size_px: 11, colour: palette.unit, halo: palette.halo };
    wishes.push({
      label: { lines: [{ text: unit.callsign, look }] },
      rank: 5,
      ...at,
      width: widthOf(context, unit.callsign, look),
      height: 13,
      gap: 11,
      sides: SIDES,
    });
  }
}

/** The marks themselves are drawn by the track layer; here they can be pointed at, and the selected one is ringed. */
function tracks(context: Context, scene: OverlayScene, frame: Box, targets: Target[]): void {
  for (const mark of scene.tracks.marks.values()) {
    const at = scene.project([mark.lon, mark.lat]);
    if (!inside(frame, at)) continue;
    const selection: Selection = { kind: 'track', id: String(mark.track) };
    if (isSelected(scene, 'track', selection.id)) ring(context, at, 11);
    targets.push({ ...boxRound(at.x, at.y, 5), selection });
  }
}

function alarms(context: Context, scene: OverlayScene, frame: Box, targets: Target[], taken: Box[]): void {
  const shown = scene.alarms
    .filter((row) => row.state !== 'closed' || isSelected(scene, 'alarm', row.alarm_id))
    // what waits for somebody is painted last, on top
    .sort((one, other) => waiting(one) - waiting(other) || other.priority - one.priority);
  for (const alarm of shown) {
    const foot = alarmPixel(scene, alarm);
    if (foot === null || !inside(frame, foot)) continue;
    const at = { x: foot.x, y: foot.y - ALARM_LIFT_PX };
    context.strokeStyle = priorityColour(alarm.priority);
    context.lineWidth = 1;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(foot.x, foot.y - 5);
    context.lineTo(at.x, at.y + 6);
    context.stroke();
    if (isSelected(scene, 'alarm', alarm.alarm_id)) ring(context, at, 13);
    drawAlarm(context, at.x, at.y, 8.5, alarm.priority, alarm.state);
    taken.push(boxRound(at.x, at.y, 11));
    targets.push({ ...boxRound(at.x, at.y, 10), selection: { kind: 'alarm', id: alarm.alarm_id } });
  }
}

/** The two sides' names, each at the free place nearest to the middle of the map. */
function countries(context: Context, scene: OverlayScene, frame: Box, taken: readonly Box[]): void {
  const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  const look: TextLook = { size_px: 15, weight: 500, colour: withOpacity(palette.muted, 0.85) };
  for (const [names, sign] of [
    [scene.frontier.this_side, 1],
    [scene.frontier.that_side, -1],
  ] as const) {
    const other = otherName(names, scene.language);
    const texts = [nameIn(names, scene.language), ...(other === null ? [] : [other])];
    const widths = texts.map((text) => widthOf(context, text, look));
    const width = widths.reduce((sum, one) => sum + one, 0) + COUNTRY_GAP_PX * (texts.length - 1);
    const places = [220, 300, 380, 150].flatMap((away_px) =>
      Array.from({ length: 41 }, (_, index) => {
        const offset_m = scene.metresPerPixel * away_px * sign;
        const place = placeAt(scene.line, (scene.line.length_m * index) / 40, offset_m);
        return scene.project([place.lon, place.lat]);
      }),
    );
    places.sort((one, two) => distance(one, middle) - distance(two, middle));
    for (const at of places) {
      const wish = { label: texts, rank: 0, ...at, width, height: 20, gap: -10, sides: ['above'] as const };
      const box = placeLabels([wish], taken, frame)[0]?.box;
      if (box === undefined) continue;
      let x = box.x;
      texts.forEach((text, index) => {
        write(context, text, x, at.y, look);
        x += widths[index]! + COUNTRY_GAP_PX;
      });
      break;
    }
  }
}

function hoverMark(context: Context, scene: OverlayScene): void {
  if (scene.hover_m === null) return;
  const place = placeAt(scene.line, scene.hover_m);
  const at = scene.project([place.lon, place.lat]);
  const ahead = placeAt(scene.line, Math.min(scene.hover_m + 10, scene.line.length_m));
  const course = bearing([place.lon, place.lat], [ahead.lon, ahead.lat]);
  const across = (((Number.isFinite(course) ? course : place.bearing_deg) + 90) * Math.PI) / 180;
  const [east, south] = [Math.sin(across) * 14, -Math.cos(across) * 14];
  context.setLineDash([]);
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(at.x - east, at.y - south);
  context.lineTo(at.x + east, at.y + south);
  context.stroke();
}

interface Callout {
  readonly box: Box;
  readonly from: Pixel;
  readonly words: readonly string[];
}

const CALLOUT_LINE_PX = 17;
const CALLOUT_HEAD: TextLook = { size_px: 12, weight: 600, colour: palette.textStrong };
const CALLOUT_TEXT: TextLook = { size_px: 11, colour: palette.text };

function calloutBox(context: Context, scene: OverlayScene, frame: Box): Callout | null {
  const focus = scene.focus;
  const mark = focus === null ? undefined : scene.tracks.marks.get(focus.track);
  if (focus === null || mark === undefined || focus.words.length === 0) return null;
  const from = scene.project([mark.lon, mark.lat]);
  if (!inside(frame, from)) return null;
  const widths = focus.words.map((text, index) =>
    widthOf(context, text, index === 0 ? CALLOUT_HEAD : CALLOUT_TEXT),
  );
  const size = { width: Math.max(...widths) + 22, height: focus.words.length * CALLOUT_LINE_PX + 10 };
  const wish = { label: focus.words, rank: 0, ...from, ...size, gap: 34, sides: [...SIDES].reverse() };
  // the far side first: the home side holds obstacles and units
  const sides: LabelSide[] = ['left', 'right', 'above', 'below'];
  const placed = placeLabels([{ ...wish, sides }], scene.taken, frame)[0];
  return placed === undefined ? null : { box: placed.box, from, words: focus.words };
}

function paintCallout(context: Context, { box, from, words }: Callout): void {
  const edge = {
    x: Math.min(Math.max(from.x, box.x), box.x + box.width),
    y: Math.min(Math.max(from.y, box.y), box.y + box.height),
  };
  context.setLineDash([]);
  context.strokeStyle = palette.priority1;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(edge.x, edge.y);
  context.stroke();
  context.fillStyle = withOpacity(palette.background, 0.94);
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 3);
  context.fill();
  context.stroke();
  words.forEach((text, index) => {
    const look = index === 0 ? CALLOUT_HEAD : CALLOUT_TEXT;
    const y = box.y + 5 + (index + 0.5) * CALLOUT_LINE_PX;
    const rightToLeft = /\p{Script=Arabic}/u.test(words.join(''));
    const x = rightToLeft ? box.x + box.width - 11 : box.x + 11;
    write(context, text, x, y, { ...look, align: rightToLeft ? 'right' : 'left' });
  });
}

function writeLines(context: Context, writing: Writing, box: Box, side: LabelSide): void {
  const align = side === 'right' ? 'left' : side === 'left' ? 'right' : 'center';
  const x = side === 'right' ? box.x : side === 'left' ? box.x + box.width : box.x + box.width / 2;
  const step = box.height / writing.lines.length;
  writing.lines.forEach(({ text, look }, index) => {
    write(context, text, x, box.y + (index + 0.5) * step, { ...look, align });
  });
}

function ring(context: Context, at: Pixel, radius: number): void {
  context.setLineDash([]);
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.strokeStyle = palette.halo;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 1.5;
  context.stroke();
}

function isSelected(scene: OverlayScene, kind: Selection['kind'], id: string): boolean {
  return scene.selection?.kind === kind && scene.selection.id === id;
}

function waiting(alarm: Alarm): number {
  return alarm.state === 'unacknowledged' ? 1 : 0;
}

function inside(frame: Box, at: Pixel): boolean {
  return (
    at.x >= frame.x && at.y >= frame.y && at.x <= frame.x + frame.width && at.y <= frame.y + frame.height
  );
}

function distance(one: Pixel, other: Pixel): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
