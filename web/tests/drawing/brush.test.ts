import { expect, test } from 'vitest';
import { brushed, dragged, pressed } from '../../src/drawing/brush';

test('a press that hardly moves is a click, not a range', () => {
  expect(brushed(dragged(pressed(100, 50_000), 103, 51_000))).toBeNull();
});

test('a drag is a range in order of chainage, whichever way it went', () => {
  expect(brushed(dragged(pressed(100, 50_000), 200, 90_000))).toEqual([50_000, 90_000]);
  expect(brushed(dragged(pressed(200, 90_000), 100, 50_000))).toEqual([50_000, 90_000]);
});

test('a drag that comes back to its start is no click and no range', () => {
  const back = dragged(dragged(pressed(100, 50_000), 200, 90_000), 100, 50_000);
  expect(back.brushing).toBe(true);
  expect(brushed(back)).toBeNull();
});
