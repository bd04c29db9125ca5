// Does a stretch of the watched lane stay selected while its ends move?
import { expect, test } from 'vitest';
import { selectedStretch, selectionOfStretch } from '../../src/drawing/stretches';
import type { Watched } from '../../src/drawing/scene';
import { watchedRow } from './rows';

const watched: Watched[] = [
  watchedRow(0, 30_000, 'unwatched'),
  watchedRow(30_000, 40_500, 'watched', { sensors: ['GSR-01'] }),
  watchedRow(40_500, 90_000, 'unwatched'),
];

test('each stretch is found again by the selection that means it', () => {
  for (const stretch of watched) {
    expect(selectedStretch(watched, selectionOfStretch(stretch))).toBe(stretch);
  }
});

test('when a sensor falls silent the selection tells the new state of that ground', () => {
  const selection = selectionOfStretch(watched[1]!);
  const silent = watched.map((one) => (one.state === 'watched' ? { ...one, state: 'lost' as const } : one));
  expect(selectedStretch(silent, selection)?.state).toBe('lost');
});

test('ground beyond the line and other selections mean no stretch', () => {
  expect(selectedStretch(watched, { kind: 'stretch', id: '90000' })).toBeUndefined();
  expect(selectedStretch(watched, { kind: 'stretch', id: 'x' })).toBeUndefined();
  expect(selectedStretch(watched, { kind: 'sensor', id: '35000' })).toBeUndefined();
  expect(selectedStretch(watched, null)).toBeUndefined();
});
