import { expect, test } from 'vitest';
import { watchedSum } from '../../src/state/watchedsum';

test('what a silent sensor lost is not watched, and what is uncertain is not counted with it', () => {
  const sum = watchedSum([
    { from_m: 0, to_m: 10_000, state: 'watched' },
    { from_m: 10_000, to_m: 14_000, state: 'uncertain' },
    { from_m: 14_000, to_m: 15_000, state: 'lost' },
    { from_m: 15_000, to_m: 20_000, state: 'unwatched' },
  ]);
  expect(sum).toEqual({ watched: 10, uncertain: 4, not: 6 });
});

test('the three add up to the line, whatever is rounded', () => {
  const { watched, uncertain, not } = watchedSum([
    { from_m: 0, to_m: 1_500, state: 'watched' },
    { from_m: 1_500, to_m: 3_000, state: 'uncertain' },
    { from_m: 3_000, to_m: 5_000, state: 'unwatched' },
  ]);
  expect(watched + uncertain + not).toBe(5);
});

test('nothing is watched of a line nobody has told of', () => {
  expect(watchedSum([])).toEqual({ watched: 0, uncertain: 0, not: 0 });
});
