// Does a window in the background tell that somebody is needed?
import { expect, test } from 'vitest';
import { pageTitle, urgent } from '../../src/state/title';
import { sayIn } from '../../src/words/languages';

const say = (
  ...[key, values]: Parameters<typeof sayIn> extends [unknown, ...infer Rest] ? Rest : never
): string => sayIn('en', key, values);

test('only alarms of priority 1 that nobody has are urgent', () => {
  const alarms = [
    { priority: 1, state: 'unacknowledged' },
    { priority: 1, state: 'unacknowledged' },
    { priority: 1, state: 'acknowledged' },
    { priority: 1, state: 'shelved' },
    { priority: 1, state: 'closed' },
    { priority: 2, state: 'unacknowledged' },
  ] as const;
  expect(urgent(alarms)).toBe(2);
  expect(urgent([])).toBe(0);
});

test('the title begins with their number while there are any', () => {
  expect(pageTitle(say, 'the line', 0)).toBe('Vallum – the line');
  expect(pageTitle(say, 'the line', 1)).toBe('(1) Vallum – the line');
});
