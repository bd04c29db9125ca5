// Which alarms of a list are like one above them, so that one row can stand for all?
import type { Schemas } from '../api/client';

type Alarm = Schemas['AlarmRow'];

/** A row, and the alarms it stands for besides its own. */
export interface Folded {
  readonly alarm: Alarm;
  readonly alike: readonly Alarm[];
}

/** Nearer to one another than this, metres, alarms of one kind are of one place. */
const SAME_PLACE_M = 1_000;

/**
 * Fold alarms that nobody has yet into the first of their kind and place, or of their sensor. What still moves is never
 * folded: it may be somebody else. `opened` holds the ids of rows that somebody has opened; theirs stay single rows.
 */
export function foldAlike(
  alarms: readonly Alarm[],
  ended: (alarm: Alarm) => boolean,
  opened: ReadonlySet<string>,
): readonly Folded[] {
  const rows: { alarm: Alarm; alike: Alarm[] }[] = [];
  for (const alarm of alarms) {
    const first = canFold(alarm, ended)
      ? rows.find((row) => canFold(row.alarm, ended) && isAlike(row.alarm, alarm))
      : undefined;
    if (first === undefined || opened.has(first.alarm.alarm_id)) rows.push({ alarm, alike: [] });
    else first.alike.push(alarm);
  }
  return rows;
}

function canFold(alarm: Alarm, ended: (alarm: Alarm) => boolean): boolean {
  return alarm.state === 'unacknowledged' && (alarm.track == null || ended(alarm));
}

function isAlike(one: Alarm, other: Alarm): boolean {
  if (one.kind !== other.kind || one.priority !== other.priority) return false;
  if (one.track == null && other.track == null)
    return one.sensor_id != null && one.sensor_id === other.sensor_id;
  if (one.track == null || other.track == null || one.classification !== other.classification) return false;
  return (
    one.chainage_m != null &&
    other.chainage_m != null &&
    Math.abs(one.chainage_m - other.chainage_m) <= SAME_PLACE_M
  );
}
