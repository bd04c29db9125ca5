// In which order do the alarms stand, so that a new one never moves the row somebody is about to press?
import type { Schemas } from '../api/client';

type Alarm = Schemas['AlarmRow'];

const STATE_RANK = { unacknowledged: 0, acknowledged: 1, shelved: 2, closed: 3 } as const;

/**
 * The order a fresh look wants: what waits for somebody first, then by priority, then what still moves, then the newest.
 * `ended` tells of an alarm whether what it was about is not followed any more.
 */
export function byUrgency(a: Alarm, b: Alarm, ended: (alarm: Alarm) => boolean = () => false): number {
  return (
    STATE_RANK[a.state] - STATE_RANK[b.state] ||
    a.priority - b.priority ||
    Number(ended(a)) - Number(ended(b)) ||
    Date.parse(b.raised_at) - Date.parse(a.raised_at) ||
    a.alarm_id.localeCompare(b.alarm_id)
  );
}

export interface Shown {
  /** Keys in the order of the rows. */
  rows: readonly string[];
  /** Keys that wait behind the "new" bar, most urgent first. */
  fresh: readonly string[];
}

/**
 * Decide the next order of rows.
 *
 * While the list is held (a row is selected, or the pointer or the focus is in it) rows keep their places: rows that
 * are gone fall out, and new ones wait. Otherwise the wanted order is taken as it is.
 */
export function nextOrder(shown: readonly string[], wanted: readonly string[], held: boolean): Shown {
  if (!held || shown.length === 0) return { rows: wanted, fresh: [] };
  const still = new Set(wanted);
  const before = new Set(shown);
  const rows = shown.filter((key) => still.has(key));
  // The same array when nothing fell out, so that whoever watches it sees no change.
  return {
    rows: rows.length === shown.length ? shown : rows,
    fresh: wanted.filter((key) => !before.has(key)),
  };
}
