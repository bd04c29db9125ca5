import { expect, test } from 'vitest';
import type { Schemas } from '../../src/api/client';
import { foldAlike } from '../../src/state/alike';
import { alarmRow } from '../drawing/rows';

type Alarm = Schemas['AlarmRow'];

const ended = (alarm: Alarm): boolean => alarm.track !== 99;
const stale = (id: string, chainage_m: number, more: Partial<Alarm> = {}): Alarm =>
  alarmRow(id, chainage_m, { track: 1, ...more });
const folded = (alarms: Alarm[], opened: string[] = []): [string, number][] =>
  foldAlike(alarms, ended, new Set(opened)).map(({ alarm, alike }) => [alarm.alarm_id, alike.length]);

test('tracks that ended at one place are one row, and none is lost', () => {
  const alarms = [stale('A-1', 40_000), stale('A-2', 40_500), stale('A-3', 60_000)];
  expect(folded(alarms)).toEqual([
    ['A-1', 1],
    ['A-3', 0],
  ]);
  const rows = foldAlike(alarms, ended, new Set());
  expect(
    rows
      .flatMap(({ alarm, alike }) => [alarm, ...alike])
      .map(({ alarm_id }) => alarm_id)
      .sort(),
  ).toEqual(['A-1', 'A-2', 'A-3']);
});

test('who still moves is never folded, and neither is what somebody has', () => {
  expect(folded([stale('A-1', 40_000), stale('A-2', 40_100, { track: 99 })])).toHaveLength(2);
  expect(folded([stale('A-1', 40_000), stale('A-2', 40_100, { state: 'acknowledged' })])).toHaveLength(2);
  expect(folded([stale('A-1', 40_000), stale('A-2', 40_100, { priority: 3 })])).toHaveLength(2);
});

test('alarms of one sensor are one row, and those of two are two', () => {
  const silent = (id: string, sensor_id: string): Alarm =>
    stale(id, 1_000, { kind: 'sensor_silent', track: null, sensor_id });
  expect(folded([silent('A-1', 'T-1'), silent('A-2', 'T-1'), silent('A-3', 'T-2')])).toEqual([
    ['A-1', 1],
    ['A-3', 0],
  ]);
});

test('a row that was opened stays open', () => {
  expect(folded([stale('A-1', 40_000), stale('A-2', 40_500)], ['A-1'])).toHaveLength(2);
});
