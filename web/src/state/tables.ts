// What do ribbon and time bar show, as rows? The API's own rows and field names, so that table, file and API agree.
import type { Schemas } from '../api/client';
import type { TrackMark } from '../drawing/trackcloud';
import type { Cell } from './csv';
import type { PictureStore } from './picture.svelte';

export const LANES = ['responsible', 'obstacles', 'watched', 'alarms', 'tracks', 'units'] as const;
export type LaneName = (typeof LANES)[number];

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Pick fields of rows; lists are joined, nothing is rounded. */
export function tableOf<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): Table {
  const cell = (value: unknown): Cell => (Array.isArray(value) ? value.join(' ') : (value as Cell));
  return { columns, rows: rows.map((row) => columns.map((column) => cell(row[column]))) };
}

const ALARM_COLUMNS = [
  'alarm_id',
  'raised_at',
  'priority',
  'kind',
  'classification',
  'chainage_m',
  'state',
  'acknowledged_by',
  'simulated',
] as const satisfies readonly (keyof Schemas['AlarmRow'])[];

/** The alarms of the time bar, the oldest first. */
export function timeTable(picture: PictureStore): Table {
  const alarms = [...picture.alarms.values()].sort((a, b) => a.raised_at.localeCompare(b.raised_at));
  return tableOf(ALARM_COLUMNS, alarms);
}

/** One lane of the ribbon. */
export function laneTable(
  lane: LaneName,
  picture: PictureStore,
  frontier: Schemas['FrontierShape'],
  tracks: readonly TrackMark[],
): Table {
  switch (lane) {
    case 'responsible':
      return tableOf(
        ['section_id', 'name', 'from_m', 'to_m', 'role', 'party', 'since', 'until', 'source'],
        frontier.assignments,
      );
    case 'obstacles':
      return tableOf(
        [
          'obstacle_id',
          'element',
          'from_m',
          'to_m',
          'state',
          'reported_length_m',
          'party',
          'as_of',
          'placement',
          'source',
        ],
        [...picture.obstacles.values()],
      );
    case 'watched':
      return tableOf(['from_m', 'to_m', 'state', 'sensors'], picture.watched);
    case 'alarms':
      return timeTable(picture);
    case 'tracks':
      return tableOf(
        [
          'track',
          'classification',
          'state',
          'lon',
          'lat',
          'chainage_m',
          'offset_m',
          'speed_m_s',
          'course_deg',
          'quality',
          'simulated',
        ],
        tracks,
      );
    case 'units':
      return tableOf(
        ['unit_id', 'callsign', 'kind', 'party', 'section_id', 'lon', 'lat', 'positioned_at', 'simulated'],
        [...picture.units.values()],
      );
  }
}
