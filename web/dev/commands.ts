// What do the page's commands do to the made-up rows? The life cycles of the real centre, in few lines.
import type { Schemas } from '../src/api/client.ts';
import { alarm, iso, START_MS, type Night } from './night.ts';

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type View = Schemas['ChangedMessage']['view'];
type Announce = (view: View, key: string, row: object) => void;

const ME = 'S. Watch';
let made = 100;

/** Carry out one POST and tell what changed; throws Refused with the words that the page must show. */
export function command(night: Night, path: string, body: never, now_ms: number, announce: Announce): object {
  const at = iso(now_ms);
  const picture = night.picture;
  const [, thing, id, verb] = path.split('/').slice(1) as [string, string, string?, string?];

  function change<K extends 'alarms' | 'incidents' | 'tasks'>(
    view: K,
    keyName: string,
    update: object,
  ): object {
    const rows = picture[view] as unknown as Record<string, unknown>[];
    const index = rows.findIndex((row) => row[keyName] === id);
    const before = rows[index];
    if (before === undefined) throw new Refused(404, `There is no ${keyName.replace('_id', '')} ${id}.`);
    const note = (body as { cause?: string; reason?: string; note?: string }) ?? {};
    const step = {
      type: `${keyName.replace('_id', '')}.${({ acknowledge: 'acknowledged', shelve: 'shelved', unshelve: 'unshelved', close: 'closed' } as Record<string, string>)[verb ?? ''] ?? verb}`,
      at,
      actor: ME,
      note: note.cause ?? note.reason ?? note.note ?? '',
    };
    const row = { ...before, ...update, history: [...(before.history as object[]), step] };
    rows[index] = row;
    announce(view, String(id), row);
    return row;
  }

  if (thing === 'alarms') {
    const row = picture.alarms.find((one) => one.alarm_id === id);
    if (row === undefined) throw new Refused(404, `There is no alarm ${id}.`);
    if (verb === 'acknowledge') {
      if (row.state === 'acknowledged' || row.state === 'closed') {
        throw new Refused(
          409,
          `Alarm ${id} is ${row.state}; only an unacknowledged or shelved alarm can be taken.`,
        );
      }
      return change('alarms', 'alarm_id', {
        state: 'acknowledged',
        acknowledged_by: ME,
        acknowledged_at: at,
      });
    }
    if (verb === 'shelve') {
      const { reason, minutes } = body as { reason: string; minutes: number };
      return change('alarms', 'alarm_id', {
        state: 'shelved',
        shelved_by: ME,
        shelf_reason: reason,
        shelved_until: iso(now_ms + minutes * 60_000),
      });
    }
    if (verb === 'unshelve') return change('alarms', 'alarm_id', { state: 'unacknowledged' });
    if (verb === 'close') {
      if (row.state !== 'acknowledged') {
        throw new Refused(409, `Alarm ${id} is ${row.state}; only an acknowledged alarm can be closed.`);
      }
      return change('alarms', 'alarm_id', {
        state: 'closed',
        ...(body as object),
        closed_by: ME,
        closed_at: at,
      });
    }
    if (verb === 'look') {
      const task_id = `L-${made++}`;
      const { sensor_id } = body as { sensor_id: string };
      const looks = [...row.looks, { task_id, sensor_id, asked_by: ME, asked_at: at, status: 'asked' }];
      change('alarms', 'alarm_id', { looks });
      return { task_id };
    }
  }
  if (thing === 'tasks' && id !== undefined) {
    return change('tasks', 'task_id', { state: verb?.replace('_', ' '), state_at: at });
  }
  if (thing === 'incidents' && verb === 'update') {
    const { kind } = body as { kind: string | null };
    return change('incidents', 'incident_id', kind === null ? {} : { kind });
  }
  if (thing === 'incidents' && verb === 'close') {
    const { outcome } = body as { outcome: string };
    return change('incidents', 'incident_id', { state: 'closed', outcome, closed_at: at });
  }
  const key = `${thing[0]?.toUpperCase()}-${made++}`;
  const given = body as Record<string, unknown>;
  const from = picture.alarms.find((one) => one.alarm_id === given.alarm_id);
  const where = { lon: from?.lon ?? 42, lat: from?.lat ?? 36, chainage_m: from?.chainage_m ?? null };
  if (thing === 'tasks') {
    const unit = picture.units.find((one) => one.unit_id === given.unit_id);
    if (unit === undefined) throw new Refused(404, `There is no unit ${String(given.unit_id)}.`);
    const history = [{ type: 'task.sent', at, actor: ME, note: String(given.instruction ?? '') }];
    const { instruction, alarm_id, incident_id, unit_id } = given;
    const row = {
      ...{ task_id: key, unit_id, callsign: unit.callsign, alarm_id, incident_id, instruction, ...where },
      ...{
        arrival_estimate: iso(now_ms + 19 * 60_000),
        state: 'sent',
        sent_at: at,
        sent_by: ME,
        state_at: at,
      },
      ...{ simulated: true, history },
    } as unknown as Schemas['TaskRow'];
    picture.tasks = [...picture.tasks, row];
    announce('tasks', key, row);
    return row;
  }
  if (thing === 'incidents') {
    const history = [{ type: 'incident.opened', at, actor: ME, note: String(given.note ?? '') }];
    const row = {
      ...{
        incident_id: key,
        kind: given.kind,
        alarm_id: given.alarm_id,
        ...where,
        note: given.note,
        state: 'open',
      },
      ...{ opened_at: at, opened_by: ME, simulated: true, history },
    } as unknown as Schemas['IncidentRow'];
    picture.incidents = [...picture.incidents, row];
    announce('incidents', key, row);
    return row;
  }
  if (thing === 'radio') {
    if (String(given.place ?? '').startsWith('?')) {
      throw new Refused(
        422,
        `"${String(given.place)}" is no place: write MGRS, UTM, lat/lon or a chainage such as km 149.2.`,
      );
    }
    const row = {
      ...{ line_id: key, callsign: given.callsign, place_words: given.place ?? '', lon: null, lat: null },
      ...{
        chainage_m: null,
        text: given.text,
        entered_for_unit: given.entered_for_unit ?? null,
        at: given.said_at ?? at,
        written_at: at,
        entered_by: ME,
      },
    } as unknown as Schemas['RadioRow'];
    picture.radio = [...picture.radio, row];
    announce('radio', key, row);
    return row;
  }
  throw new Refused(404, `There is nothing at ${path}.`);
}

/** A new alarm now and then, so that the list can be seen to keep still. */
export function anotherAlarm(night: Night, now_ms: number, announce: Announce): void {
  const number = made++;
  const chainage_m = 60_000 + ((number * 37_000) % 170_000);
  const kinds = ['approach', 'sensor_alert', 'crossed'] as const;
  const row = alarm(night, number, now_ms, {
    kind: kinds[number % 3] ?? 'approach',
    priority: (1 + (number % 3)) as 1 | 2 | 3,
    classification: number % 2 ? 'person' : 'unknown',
    sensor_id: number % 3 === 1 ? 'GSR-04' : null,
    chainage_m,
    side: 'uncertain band',
  });
  night.picture.alarms = [...night.picture.alarms, row];
  announce('alarms', row.alarm_id, row);
}

/** The card of one alarm. */
export function card(night: Night, id: string): Schemas['AlarmCard'] {
  const row = night.picture.alarms.find((one) => one.alarm_id === id);
  if (row === undefined) throw new Refused(404, `There is no alarm ${id}.`);
  const seen = row.kind === 'approach' || row.kind === 'crossed';
  return {
    alarm: row,
    place:
      row.chainage_m == null
        ? null
        : {
            ...{
              lon: row.lon ?? 0,
              lat: row.lat ?? 0,
              chainage_m: row.chainage_m,
              offset_m: row.offset_m ?? 0,
            },
            ...{ side: row.side ?? 'uncertain band', mgrs: '37S FV 12345 67890', utm: '37S 612345 4067890' },
            ...{ latlon: '36.43210, 41.32100', chainage: `km ${(row.chainage_m / 1000).toFixed(1)}` },
          },
    stills:
      row.priority === 1
        ? [{ url: `/api/stills/${id}.png`, sensor_id: 'CAM-07', at: row.raised_at, asked_for: false }]
        : [],
    still_absent_reason:
      row.priority === 1 ? null : seen ? 'No camera covers this place.' : 'This alarm is about a sensor.',
    units: [
      [3, 19],
      [2, 41],
      [5, 64],
    ].map(([n, minutes]) => ({
      ...{
        unit_id: `U-${n}`,
        callsign: `Patrol ${n}`,
        distance_m: (minutes ?? 0) * 540,
        arrival_s: (minutes ?? 0) * 60,
      },
      in_time: seen && row.forecast ? ((minutes ?? 0) < 25 ? 'before' : 'too late') : null,
      assumption: 'readiness 120 s, 9 m/s over this ground (declared, not measured)',
    })),
    cameras: seen ? [{ sensor_id: 'CAM-07', distance_m: 2300, in_sector: true }] : [],
    released: { to: [], words: 'No agreement releases this record to anyone outside.' },
    track: night.picture.tracks.find((one) => one.track === row.track) ?? null,
  };
}

/** What really happened. */
export const TRUTH: Schemas['TruthShape'] = {
  over: true,
  crossed: 9,
  crossed_groups: 3,
  reported: 3,
  seen: 2,
  unseen: [{ at: iso(START_MS + 7_200_000), chainage_m: 242_300, kind: 'person', count: 2 }],
  alarms: 14,
  alarms_by_cause: {
    crossed: 3,
    'came near': 2,
    'herder or animals': 6,
    'own patrol': 1,
    'nothing there': 2,
  },
  rule: 'An alarm counts for a group if it was raised within 1 km and 10 minutes of where the group then was.',
};
