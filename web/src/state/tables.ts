// What do ribbon and time bar show, as rows? The API's own rows and field names, so that table, file and API agree.
import type { Schemas } from '../api/client';
import type { HoldCaseShape } from '../api/hold';
import type { LaneShape, ProfileShape, WatchedStretch } from '../api/sight';
import type { TrackMark } from '../drawing/trackcloud';
import type { Cell } from './csv';
import type { PictureStore } from './picture.svelte';

export const LANES = [
  'responsible',
  'obstacles',
  'watched',
  'watched_steps',
  'held',
  'alarms',
  'tracks',
  'units',
] as const;
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

/** What is watched in the case that is shown: by stretch, and step by step where sight lines are computed. */
export interface WatchedRows {
  readonly stretches: readonly WatchedStretch[];
  readonly lane: LaneShape | null;
}

const STRETCH_COLUMNS = [
  'from_m',
  'to_m',
  'state',
  'sensors',
  'assumed',
  'p_low',
  'p_nominal',
  'p_high',
] as const satisfies readonly (keyof WatchedStretch)[];

/** The lane's probabilities as rows, one for each step that begins in a range; the whole line without one. */
export function stepsTable(lane: LaneShape | null, range: readonly [number, number] | null): Table {
  const columns = ['from_m', 'p_low', 'p_nominal', 'p_high', 'sensors_live'];
  if (lane === null) return { columns, rows: [] };
  const first = Math.max(0, Math.floor((range?.[0] ?? 0) / lane.step_m));
  const end = Math.min(lane.p_nominal.length, Math.ceil((range?.[1] ?? Infinity) / lane.step_m));
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, index): Cell[] => {
    const step = first + index;
    const values = [lane.p_low, lane.p_nominal, lane.p_high, lane.sensors_live].map((all) => all[step]);
    return [step * lane.step_m, ...values];
  });
  return { columns, rows };
}

/** How the line is held as rows, one for each step that touches a range; the whole line without one. */
export function heldTable(held: HoldCaseShape | null, range: readonly [number, number] | null): Table {
  const columns = ['p', 'lower', 'upper', 'ceiling', 'margin_s', 'response_s', 'lost_before_line'] as const;
  const rows: Cell[][] = [];
  for (let step = 0; held !== null && step < held.p.length; step += 1) {
    const [from_m, to_m] = [held.edges_m[step]!, held.edges_m[step + 1]!];
    if (range !== null && (to_m <= range[0] || from_m >= range[1])) continue;
    rows.push([from_m, to_m, ...columns.map((column) => held[column][step])]);
  }
  return { columns: ['from_m', 'to_m', ...columns], rows };
}

/** A sight line's ground, point by point. */
export function profileTable(profile: ProfileShape): Table {
  const columns = ['distance_m', 'ground_m', 'apparent_ground_m', 'line_m', 'sd_m'] as const;
  const rows = profile.distance_m.map((_, index) => columns.map((column) => profile[column][index]));
  return { columns, rows };
}

/** One lane of the ribbon. */
export function laneTable(
  lane: LaneName,
  picture: PictureStore,
  frontier: Schemas['FrontierShape'],
  tracks: readonly TrackMark[],
  watched: WatchedRows,
  range: readonly [number, number] | null,
  held: HoldCaseShape | null = null,
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
      return tableOf(STRETCH_COLUMNS, watched.stretches);
    case 'watched_steps':
      return stepsTable(watched.lane, range);
    case 'held':
      return heldTable(held, range);
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
