// Does a new alarm leave the rows where they are?
import { expect, test } from 'vitest';
import type { Schemas } from '../../src/api/client';
import { byUrgency, nextOrder } from '../../src/state/order';

const alarm = (alarm_id: string, given: Partial<Schemas['AlarmRow']>): Schemas['AlarmRow'] =>
  ({
    alarm_id,
    priority: 2,
    state: 'unacknowledged',
    raised_at: '2021-03-17T17:00:00Z',
    ...given,
  }) as Schemas['AlarmRow'];

test('a new alarm does not move the rows of a list that is held', () => {
  const shown = ['A-1', 'A-2'];
  expect(nextOrder(shown, ['A-3', 'A-1', 'A-2'], true)).toEqual({ rows: ['A-1', 'A-2'], fresh: ['A-3'] });
});

test('a change of state does not move the rows of a list that is held', () => {
  const shown = ['A-1', 'A-2'];
  expect(nextOrder(shown, ['A-2', 'A-1'], true).rows).toBe(shown);
});

test('a row that is gone falls out, held or not', () => {
  expect(nextOrder(['A-1', 'A-2'], ['A-2'], true)).toEqual({ rows: ['A-2'], fresh: [] });
});

test('a list that nobody holds takes the wanted order', () => {
  expect(nextOrder(['A-1'], ['A-2', 'A-1'], false)).toEqual({ rows: ['A-2', 'A-1'], fresh: [] });
});

test('an empty list takes what comes, even while it is held', () => {
  expect(nextOrder([], ['A-1'], true).rows).toEqual(['A-1']);
});

test('what nobody has comes before what somebody has, then priority, then the newest', () => {
  const rows = [
    alarm('closed', { state: 'closed', priority: 1 }),
    alarm('mine', { state: 'acknowledged', priority: 1 }),
    alarm('old', {}),
    alarm('new', { raised_at: '2021-03-17T17:05:00Z' }),
    alarm('urgent', { priority: 1 }),
  ];
  expect(rows.sort(byUrgency).map((row) => row.alarm_id)).toEqual(['urgent', 'new', 'old', 'mine', 'closed']);
});
