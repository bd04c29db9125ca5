// Which walk tests still say something about a sensor?
import { expect, test } from 'vitest';
import type { Schemas } from '../../src/api/client';
import { countingTests } from '../../src/state/walktests';

const walked = (on: string) => ({ on }) as Schemas['WalkTest'];

test('a test before the sensor was moved does not count, one of that day does, the newest is first', () => {
  const walk_tests = ['2021-01-01', '2021-02-10', '2021-03-01'].map(walked);
  const days = (moved_at: string | null): string[] =>
    countingTests({ walk_tests, moved_at }).map(({ on }) => on);
  expect(days('2021-02-10T08:00:00Z')).toEqual(['2021-03-01', '2021-02-10']);
  expect(days(null)).toEqual(['2021-03-01', '2021-02-10', '2021-01-01']);
  expect(days('2021-04-01T00:00:00Z')).toEqual([]);
});
