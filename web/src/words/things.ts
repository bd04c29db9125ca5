// What are alarms, tracks, units and sensors called in a row, a title, a spoken notice?
import type { Schemas } from '../api/client';
import type { TrackMark } from '../drawing/trackcloud';
import { answeringAt } from '../drawing/responsible';
import { overdue } from '../state/tasks';
import { en, type Key } from './en';
import type { Speech } from './speech.svelte';

type Alarm = Schemas['AlarmRow'];
type Classification = Alarm['classification'];

const SINGLE = {
  person: 'class_person',
  vehicle: 'class_vehicle',
  animal: 'class_animal',
  unknown: 'class_unknown',
} as const satisfies Record<Classification, Key>;
const MANY = {
  person: 'class_people',
  vehicle: 'class_vehicles',
  animal: 'class_animals',
  unknown: 'class_unknowns',
} as const satisfies Record<Classification, Key>;

/** "Person on foot", or "People on foot, 2–4"; the kind alone when nobody counted. */
export function movingText(
  speech: Speech,
  classification: Classification,
  low: number | null | undefined,
  high: number | null | undefined,
): string {
  const most = high ?? low ?? 1;
  if (most <= 1) return speech.say(SINGLE[classification]);
  const least = low ?? most;
  const count = least === most ? String(most) : `${least}–${most}`;
  return speech.say(MANY[classification], { count });
}

/** One line that says what an alarm is about. */
export function alarmTitle(speech: Speech, alarm: Alarm): string {
  const what = movingText(speech, alarm.classification, alarm.count_low, alarm.count_high);
  const sensor = alarm.sensor_id ?? speech.say('unknown_value');
  return speech.say(`alarm_${alarm.kind}`, { what, sensor });
}

/** Who has it, until when it is shelved, how it was closed. */
export function alarmState(speech: Speech, alarm: Alarm, me: string): string {
  switch (alarm.state) {
    case 'unacknowledged':
      return speech.say('state_unacknowledged');
    case 'acknowledged':
      return alarm.acknowledged_by === me
        ? speech.say('state_acknowledged_you')
        : speech.say('state_acknowledged', { who: alarm.acknowledged_by ?? speech.say('unknown_value') });
    case 'shelved':
      return speech.say('state_shelved', { time: speech.clock(alarm.shelved_until) });
    case 'closed':
      return speech.say('state_closed', { disposition: dispositionText(speech, alarm) });
  }
}

export function dispositionText(speech: Speech, alarm: Alarm): string {
  const disposition = alarm.disposition ?? null;
  return disposition === null ? speech.say('unknown_value') : speech.say(`disposition_${disposition}`);
}

/** On whose side, in words; the two sides are named after the frontier's countries. */
export function sideText(speech: Speech, side: Alarm['side'], frontier: Schemas['FrontierShape']): string {
  if (side === null || side === undefined) return speech.say('unknown_value');
  const place = speech.name(side === 'that side' ? frontier.that_side : frontier.this_side);
  return speech.say(`side_${side}`, { place });
}

export function trackTitle(speech: Speech, mark: TrackMark): string {
  return movingText(speech, mark.classification, null, mark.countHigh);
}

/** What the track of an alarm is now, when that is not what it was when the alarm was raised; else empty. */
export function changedText(speech: Speech, alarm: Alarm, mark: TrackMark | undefined): string {
  if (mark === undefined || mark.classification === alarm.classification) return '';
  return speech.say('now_row', { now: speech.say(`legend_${mark.classification}`) });
}

/** That the track of an alarm has ended, and when if this page saw it. */
export function endedText(speech: Speech, ended_at: number | null): string {
  return ended_at === null
    ? speech.say('ended_row')
    : speech.say('ended_row_at', { time: speech.clock(ended_at) });
}

/** Who is on the way, or there: "Patrol 6: on the way". */
export function sentText(speech: Speech, task: Schemas['TaskRow']): string {
  return speech.say('unit_row', { callsign: task.callsign, state: speech.say(`task_${task.state}`) });
}

/** What moves now and when it is expected at the line, or that its track has ended. */
export function nowText(speech: Speech, alarm: Alarm, mark: TrackMark | undefined, cloud_s: number): string {
  if (mark === undefined) return speech.say('now_ended');
  const now = speech.say(`legend_${mark.classification}`);
  const what =
    mark.classification === alarm.classification
      ? now
      : speech.say('now_changed', { before: speech.say(`legend_${alarm.classification}`), now });
  return `${what} · ${expectedText(speech, mark, cloud_s)}`;
}

/** When a track is expected at the line; `cloud_s` is the time of its last frame, unix seconds. */
export function expectedText(speech: Speech, mark: TrackMark, cloud_s: number): string {
  return mark.eta_s === null
    ? speech.say('track_not_expected')
    : speech.say('track_expected', { time: speech.clock((cloud_s + mark.eta_s) * 1000) });
}

/** When a unit is expected, and by how much it is late; empty when nothing is expected any more. */
export function arrivalText(speech: Speech, task: Schemas['TaskRow'], now_ms: number): string {
  const late = overdue(task, now_ms);
  if (late === null) return speech.clock(task.arrival_estimate);
  return speech.say(late.answered ? 'task_overdue' : 'task_overdue_silent', {
    time: speech.clock(task.arrival_estimate),
    n: late.minutes,
  });
}

/** The name of a party in the page's language; its identifier when the project gives none. */
export function partyText(speech: Speech, party: string, frontier: Schemas['FrontierShape'] | null): string {
  const names = frontier?.parties[party];
  return names === undefined ? party : speech.name(names);
}

/** Who answers at a place: its section, then the parties, the first line first; null where nobody is named. */
export function answersText(
  speech: Speech,
  frontier: Schemas['FrontierShape'] | null,
  chainage_m: number | null | undefined,
): string | null {
  if (frontier === null || chainage_m == null) return null;
  const { section_id, parties } = answeringAt(frontier, chainage_m);
  if (parties.length === 0) return speech.say('answers_nobody');
  const names = parties.map((party) => partyText(speech, party, frontier));
  return [...(section_id === null ? [] : [speech.say('section_title', { id: section_id })]), ...names].join(
    ' · ',
  );
}

/** A step of a life cycle in words; a type this page does not know yet is shown as it is written. */
export function stepText(speech: Speech, type: string): string {
  const key = `history_${type}`;
  return isKey(key) ? speech.say(key) : type;
}

/** A type of record in words, such as "alarm raised"; one this page does not know yet is shown as it is written. */
export function recordText(speech: Speech, type: string): string {
  const key = `record_${type}`;
  return isKey(key) ? speech.say(key) : type;
}

/** A column of a table twin in words; one this page does not know yet is shown as it is written. */
export function columnText(speech: Speech, column: string): string {
  const key = `twin_${column}`;
  return isKey(key) ? speech.say(key) : column;
}

/** Why a report was set aside, in a few words; a reason this page does not know yet is shown as it is written. */
export function reasonText(speech: Speech, code: string): string {
  const key = `reason_${code}`;
  return isKey(key) ? speech.say(key) : code;
}

/** On what a record rests: observed, declared, estimated, simulated. */
export function natureText(speech: Speech, nature: string): string {
  const key = `nature_${nature}`;
  return isKey(key) ? speech.say(key) : nature;
}

/** What really caused alarms, in words; a cause this page does not know yet is shown as it is written. */
export function causeText(speech: Speech, cause: string): string {
  const key = `cause_${cause}`;
  return isKey(key) ? speech.say(key) : cause;
}

/** True for a key of the dictionary: what centres may name some day is looked up before it is said. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}
