// Where is what is selected, as a person would write it? A position if it has one, else the middle of its stretch.
import type { Desk } from './desk.svelte';
import { kilometreText } from '../words/times';

interface Located {
  readonly lon?: number | null | undefined;
  readonly lat?: number | null | undefined;
}

/** "36.43210, 41.32100" or "km 149.2"; empty when nothing with a place is selected. */
export function whereText(desk: Desk): string {
  const { selection, picture } = desk;
  if (selection === null) return '';
  const { kind, id } = selection;
  if (kind === 'stretch') return kilometre(Number(id));
  if (kind === 'gap') return kilometre(Number(id.slice(id.lastIndexOf(':') + 1)) * 1000);
  if (kind === 'section') {
    const row = desk.frontier?.sections.find((one) => one.section_id === id);
    return row === undefined ? '' : kilometre((row.from_m + row.to_m) / 2);
  }
  if (kind === 'obstacle') {
    const row = picture.obstacles.get(id);
    return row === undefined ? '' : kilometre((row.from_m + row.to_m) / 2);
  }
  const found: Located | undefined = {
    alarm: () => picture.alarms.get(id),
    track: () => desk.cloud.marks.get(Number(id)),
    unit: () => picture.units.get(id),
    sensor: () => picture.sensors.get(id),
    tower: () => desk.frontier?.towers.find((tower) => tower.tower_id === id),
    incident: () => picture.incidents.get(id),
    task: () => picture.tasks.get(id),
  }[kind]();
  return positionText(found);
}

/** A position as latitude and longitude, which every place field reads; empty without one. */
export function positionText(found: Located | undefined): string {
  const { lon, lat } = found ?? {};
  return lon == null || lat == null ? '' : `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

function kilometre(chainage_m: number): string {
  return `km ${kilometreText(chainage_m)}`;
}
