// Does a stretch of the watched lane stay selected while its ends move?
import { expect, test } from 'vitest';
import { selectedStretch, selectionOfStretch } from '../../src/drawing/stretches';
import type { Watched } from '../../src/drawing/scene';

const watched: Watched[] = [
  { from_m: 0, to_m: 30_000, state: 'unwatched', sensors: [] },
  { from_m: 30_000, to_m: 40_500, state: 'watched', sensors: ['GSR-01'] },
  { from_m: 40_500, to_m: 90_000, state: 'unwatched', sensors: [] },
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
