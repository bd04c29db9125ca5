import { expect, test } from 'vitest';
import {
  chainageOf,
  kilometres,
  moved,
  pixelOf,
  pixelsOf,
  roundStep,
  ticks,
  windowRound,
  zoomed,
} from '../../src/drawing/ribbonscale';

const scale = { window: [100_000, 300_000], left_px: 100, width_px: 1_000 } as const;
const LENGTH_M = 600_000;

test('pixel to chainage and back is the same pixel', () => {
  for (let x = 100; x <= 1_100; x += 37) expect(pixelOf(scale, chainageOf(scale, x))).toBeCloseTo(x, 9);
});

test('chainage always grows to the right', () => {
  expect(pixelOf(scale, 200_000)).toBeGreaterThan(pixelOf(scale, 199_999));
});

test('a pointer outside the lanes is held to the window', () => {
  expect(chainageOf(scale, 0)).toBe(100_000);
  expect(chainageOf(scale, 5_000)).toBe(300_000);
});

test('an interval is cut to what is visible, and one outside has no pixels', () => {
  expect(pixelsOf(scale, 0, 200_000)).toEqual([100, 600]);
  expect(pixelsOf(scale, 0, 50_000)).toBeNull();
  expect(pixelsOf(scale, 400_000, 500_000)).toBeNull();
});

test('zooming keeps the chainage under the pointer where it is', () => {
  const window = zoomed(scale.window, 150_000, 0.5, LENGTH_M);
  expect(window[1] - window[0]).toBe(100_000);
  expect((150_000 - window[0]) / 100_000).toBeCloseTo(0.25, 9);
});

test('the window never leaves the line, however it is zoomed or moved', () => {
  for (const factor of [0.001, 0.5, 1, 3, 1_000]) {
    for (const about_m of [0, 99_999, 300_000, LENGTH_M]) {
      const [from_m, to_m] = zoomed(scale.window, about_m, factor, LENGTH_M);
      expect(from_m).toBeGreaterThanOrEqual(0);
      expect(to_m).toBeLessThanOrEqual(LENGTH_M);
      expect(to_m - from_m).toBeGreaterThanOrEqual(2_000 - 1e-6);
    }
  }
  expect(moved(scale.window, -1e9, LENGTH_M)).toEqual([0, 200_000]);
  expect(moved(scale.window, 1e9, LENGTH_M)).toEqual([400_000, LENGTH_M]);
});

test('a brushed range is shown whole, with a margin', () => {
  const [from_m, to_m] = windowRound([120_000, 140_000], LENGTH_M);
  expect(from_m).toBe(118_000);
  expect(to_m).toBe(142_000);
});

test('ticks are round, inside the window and far enough apart to be read', () => {
  const { step_m, at_m } = ticks(scale, 70);
  expect(step_m).toBe(20_000);
  expect(at_m[0]).toBe(100_000);
  expect(at_m.at(-1)).toBe(300_000);
  for (let index = 1; index < at_m.length; index += 1) {
    expect(pixelOf(scale, at_m[index]!) - pixelOf(scale, at_m[index - 1]!)).toBeGreaterThanOrEqual(70);
  }
});

test('a line of ten thousand kilometres has no more ticks than fit', () => {
  expect(ticks({ window: [0, 1e7], left_px: 0, width_px: 1_200 }, 70).at_m.length).toBeLessThan(19);
});

test('steps are one, two or five times a power of ten', () => {
  expect([0.7, 1, 1.1, 2, 3, 5, 7, 10, 12_345].map(roundStep)).toEqual([1, 1, 2, 2, 5, 5, 10, 10, 20_000]);
});

test('kilometres carry the digits their step needs', () => {
  expect(kilometres(149_000, 1_000)).toBe('149');
  expect(kilometres(149_200, 200)).toBe('149.2');
  expect(kilometres(149_250, 50)).toBe('149.25');
});
