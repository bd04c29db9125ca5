// Which towers, sensors, units, tracks and alarms are on the map, and where can each be pointed at?
import { drawAlarm, drawGroundSensor, drawTower, drawUnit } from './glyphs';
import { boxRound, inside, pilesOf, type Box, type LabelWish, type Pixel, type Target } from './layout';
import { watching } from './layers/watched';
import { SIDES, type Writing } from './overlaynames';
import { isSelected, type OverlayScene } from './overlayscene';
import { palette, priorityColour } from './palette';
import type { Alarm, Position, Selection, Sensor, Unit } from './scene';
import { widthOf, write, type TextLook } from './text';

type Context = CanvasRenderingContext2D;

const ALARM_LIFT_PX = 17;
/** Signs nearer to one another than this are one sign with a number. */
const ALARM_PILE_PX = 18;
const UNIT_PILE_PX = 16;
const PILE: TextLook = { size_px: 12, weight: 600, colour: palette.textStrong, halo: palette.halo };

/** Towers with their sensors, and the ground sensors that stand alone. */
export function towers(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  taken: Box[],
): void {
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
    const elsewhere = scene.tried?.tower_id === tower.tower_id;
    if (selected && !elsewhere) ring(context, at, half + 6);
    if (elsewhere) context.globalAlpha = 0.4;
    drawTower(context, at.x, at.y, half, sees);
    context.globalAlpha = 1;
    taken.push(boxRound(at.x, at.y, half));
    // a tower with one sensor is that sensor: its card says what it sees
    const selection: Selection =
      sensors.length === 1
        ? { kind: 'sensor', id: sensors[0]!.sensor_id }
        : { kind: 'tower', id: tower.tower_id };
    targets.push({ ...boxRound(at.x, at.y, half + 2), selection });
    if (elsewhere) {
      const tried = scene.project(scene.tried.at);
      targets.push({ ...boxRound(tried.x, tried.y, 13), selection });
    }
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
  drawGroundSensor(context, at.x, at.y, watching(sensor));
  targets.push({ ...boxRound(at.x, at.y, 4), selection: { kind: 'sensor', id: sensor.sensor_id } });
}

/** From each unit that was sent to the place it was sent to: broken while it is on its way. */
export function ways(context: Context, scene: OverlayScene): void {
  for (const task of scene.tasks) {
    const unit = scene.units.find((row) => row.unit_id === task.unit_id);
    if (unit === undefined) continue;
    const from = scene.project([unit.lon, unit.lat]);
    const to = scene.project([task.lon, task.lat]);
    const selected = isSelected(scene, 'task', task.task_id) || isSelected(scene, 'unit', task.unit_id);
    for (const [colour, width] of [
      [palette.halo, 4],
      [selected ? palette.textStrong : palette.unit, 1.5],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(task.state === 'on scene' ? [] : [6, 4]);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      context.setLineDash([]);
      context.beginPath();
      context.arc(to.x, to.y, 5, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

/** Units with their callsigns. */
export function units(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  taken: Box[],
  wishes: LabelWish<Writing>[],
): void {
  const shown = scene.units
    .map((unit) => ({ unit, at: scene.project([unit.lon, unit.lat]) }))
    .filter(({ at }) => inside(frame, at))
    .sort((one, other) => unitRank(scene, one.unit) - unitRank(scene, other.unit));
  const unitAt = new Map(shown.map(({ unit, at }) => [at, unit]));
  const painted = shown.map(({ at }) => at);
  for (const { at, count } of pilesOf(painted, UNIT_PILE_PX)) {
    const unit = unitAt.get(at)!;
    if (isSelected(scene, 'unit', unit.unit_id)) ring(context, at, 13);
    drawUnit(context, at.x, at.y, 6, unit.kind);
    taken.push({ x: at.x - 8, y: at.y - 6, width: 16, height: 12 });
    targets.push({ ...boxRound(at.x, at.y, 8), selection: { kind: 'unit', id: unit.unit_id } });
    const look: TextLook = { size_px: 11, colour: palette.unit, halo: palette.halo };
    const text = count === 1 ? unit.callsign : `${unit.callsign} +${count - 1}`;
    wishes.push({
      label: { lines: [{ text, look }] },
      rank: 5,
      ...at,
      width: widthOf(context, text, look),
      height: 13,
      gap: 11,
      sides: SIDES,
    });
  }
}

/** The marks themselves are drawn by the track layer; here they can be pointed at, and the selected one is ringed. */
export function tracks(context: Context, scene: OverlayScene, frame: Box, targets: Target[]): void {
  for (const mark of scene.tracks.marks.values()) {
    const at = scene.project([mark.lon, mark.lat]);
    if (!inside(frame, at)) continue;
    const selection: Selection = { kind: 'track', id: String(mark.track) };
    if (isSelected(scene, 'track', selection.id)) ring(context, at, 11);
    targets.push({ ...boxRound(at.x, at.y, 5), selection });
  }
}

/** Alarms above the place they are about; what waits for somebody is on top. */
export function alarms(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  targets: Target[],
  taken: Box[],
): void {
  const shown = scene.alarms
    .filter((row) => row.state !== 'closed' || isSelected(scene, 'alarm', row.alarm_id))
    // what is selected, then what waits for somebody, lies on top
    .sort(
      (one, other) =>
        Number(isSelected(scene, 'alarm', one.alarm_id)) -
          Number(isSelected(scene, 'alarm', other.alarm_id)) ||
        waiting(one) - waiting(other) ||
        other.priority - one.priority,
    );
  const alarmAt = new Map<Pixel, { alarm: Alarm; foot: Pixel }>();
  for (const alarm of shown) {
    const foot = alarmPixel(scene, alarm);
    if (foot === null || !inside(frame, foot)) continue;
    alarmAt.set({ x: foot.x, y: foot.y - ALARM_LIFT_PX }, { alarm, foot });
  }
  // signs on one another say less than one with their number; the topmost is painted last
  for (const { at, count } of [...pilesOf([...alarmAt.keys()], ALARM_PILE_PX)].reverse()) {
    const { alarm, foot } = alarmAt.get(at)!;
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
    if (count === 1) continue;
    write(context, `×${count}`, at.x + 11, at.y - 7, PILE);
    taken.push({ x: at.x + 11, y: at.y - 14, width: 18, height: 14 });
  }
}

/** The pixel of an alarm: over its track while that lives, else where it was raised; null when it has no place. */
export function alarmPixel(scene: Pick<OverlayScene, 'tracks' | 'project'>, alarm: Alarm): Pixel | null {
  const position = alarmPosition(scene, alarm);
  if (position === null) return null;
  const { x, y } = scene.project(position);
  return { x, y };
}

/** Where an alarm is now: with its track while that lives, else where it was raised; null when it has no place. */
export function alarmPosition(scene: Pick<OverlayScene, 'tracks'>, alarm: Alarm): Position | null {
  const mark = typeof alarm.track === 'number' ? scene.tracks.marks.get(alarm.track) : undefined;
  const lon = mark?.lon ?? alarm.lon;
  const lat = mark?.lat ?? alarm.lat;
  return typeof lon === 'number' && typeof lat === 'number' ? [lon, lat] : null;
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

/** Of units on one another the selected one is seen, else one that was sent. */
function unitRank(scene: OverlayScene, unit: Unit): number {
  if (isSelected(scene, 'unit', unit.unit_id)) return 2;
  return scene.tasks.some((task) => task.unit_id === unit.unit_id) ? 1 : 0;
}

function waiting(alarm: Alarm): number {
  return alarm.state === 'unacknowledged' ? 1 : 0;
}
