// Does the watched lane show what the centre computed, and no more than a pixel can?
import { describe, expect, test } from 'vitest';
import { changesOf, lengthsOf } from '../../src/drawing/lanechange';
import type { Curve } from '../../src/drawing/scene';
import { curveColumns, paintWatchedLane, withTrial, type WatchedLane } from '../../src/drawing/watchedlane';
import { watchedRow } from './rows';

const curve = (...nominal: number[]): Curve => ({
  step_m: 100,
  p_low: nominal.map((p) => p - 0.1),
  p_nominal: nominal,
  p_high: nominal.map((p) => p + 0.1),
});
const scale = (from_m: number, to_m: number, width_px: number) =>
  ({ window: [from_m, to_m], left_px: 10, width_px }) as const;

/** A canvas that remembers fills, strokes and dashes; what is painted has no other result. */
function recordingCanvas() {
  const fills: { style: string; x: number; width: number }[] = [];
  const strokes: { style: string; dash: readonly number[] }[] = [];
  const settings: Record<string, unknown> = {};
  let dash: readonly number[] = [];
  const context = new Proxy(settings, {
    get: (target, key: string) => {
      if (key in target) return target[key];
      if (key === 'setLineDash') return (next: readonly number[]) => (dash = next);
      if (key === 'stroke') return () => strokes.push({ style: String(settings.strokeStyle), dash });
      if (key === 'fillRect') {
        return (x: number, _y: number, width: number) =>
          fills.push({ style: String(settings.fillStyle), x, width });
      }
      return () => undefined;
    },
    set: (target, key: string, value) => {
      target[key] = value;
      return true;
    },
  });
  return { context: context as unknown as CanvasRenderingContext2D, fills, strokes };
}

function paint(given: Partial<WatchedLane>) {
  const canvas = recordingCanvas();
  const lane: WatchedLane = { stretches: [], curve: null, watched_at: 0.5, trial: null, ...given };
  const targets = paintWatchedLane(canvas.context, lane, scale(0, 1000, 100), { top: 0, height: 27 }, null);
  return { ...canvas, targets };
}

describe('the curve', () => {
  test('has one column for each pixel, and where steps are wider than pixels each keeps its value', () => {
    const columns = curveColumns(curve(0.2, 0.8), scale(0, 200, 20))!;
    expect(columns).toHaveLength(20);
    expect(columns[0]).toMatchObject({ x: 10, nominal: 0.2 });
    expect(columns[9]!.nominal).toBe(0.2);
    expect(columns[10]!.nominal).toBe(0.8);
  });

  test('never hides the worst under a pixel: the low bound is the lowest, the high one the highest', () => {
    const columns = curveColumns(curve(0.9, 0.3, 0.9, 0.9), scale(0, 400, 6))!;
    expect(Math.min(...columns.map(({ low }) => low))).toBeCloseTo(0.2, 9);
    for (const { low, nominal, high } of columns) {
      expect(low).toBeLessThanOrEqual(nominal);
      expect(nominal).toBeLessThanOrEqual(high);
    }
  });

  test('is left out where a pixel would hide several steps, and where nothing is computed', () => {
    const long = curve(...Array.from({ length: 1000 }, () => 0.5));
    expect(curveColumns(long, scale(0, 100_000, 1200))).toBeNull();
    expect(curveColumns(long, scale(0, 100_000, 1400))).not.toBeNull();
    expect(curveColumns(null, scale(0, 100, 10))).toBeNull();
  });

  test('ends where the line ends', () => {
    expect(curveColumns(curve(0.5, 0.5), scale(0, 400, 40))).toHaveLength(20);
  });
});

describe('the stretches', () => {
  test('each can be pointed at where it lies, whatever its state', () => {
    const { targets } = paint({
      stretches: [
        watchedRow(0, 300, 'watched'),
        watchedRow(300, 500, 'uncertain'),
        watchedRow(500, 1000, 'unwatched'),
      ],
    });
    expect(targets.map(({ x, width }) => [x, width])).toEqual([
      [10, 30],
      [40, 20],
      [60, 50],
    ]);
    expect(targets.map(({ selection }) => selection.id)).toEqual(['150', '400', '750']);
  });

  test('what rests on assumed performance has a dashed edge, what walk tests proved a whole one', () => {
    const edge = (assumed: boolean): number =>
      paint({ stretches: [watchedRow(0, 1000, 'watched', { assumed, p_low: 0.6 })] }).strokes[0]!.dash.length;
    expect(edge(true)).toBeGreaterThan(0);
    expect(edge(false)).toBe(0);
  });

  test('a stretch of a registered sector has no edge: it is neither proven nor assumed', () => {
    expect(
      paint({ stretches: [watchedRow(0, 1000, 'watched', { assumed: false, p_low: null })] }).strokes,
    ).toEqual([]);
  });

  test('an unwatched stretch is never filled', () => {
    const { fills } = paint({ stretches: [watchedRow(0, 1000, 'unwatched', { assumed: true, p_low: 0.1 })] });
    // the lane's own dark ground, and nothing on it
    expect(fills).toHaveLength(1);
  });
});

describe('a tower that is tried elsewhere', () => {
  const before = [watchedRow(0, 400, 'watched'), watchedRow(400, 1000, 'unwatched')];

  test('wins and loses what is surely watched in one and not in the other', () => {
    const after = [
      watchedRow(0, 100, 'lost'),
      watchedRow(100, 600, 'watched'),
      watchedRow(600, 1000, 'uncertain'),
    ];
    expect(changesOf(before, after)).toEqual({
      spans: [
        { from_m: 0, to_m: 100, kind: 'lost' },
        { from_m: 400, to_m: 600, kind: 'gained' },
      ],
      gained_m: 200,
      lost_m: 100,
    });
  });

  test('changes nothing when it stands where it stands', () => {
    const split = [
      watchedRow(0, 150, 'watched'),
      watchedRow(150, 400, 'watched'),
      watchedRow(400, 1000, 'uncertain'),
    ];
    expect(changesOf(before, before)).toEqual({ spans: [], gained_m: 0, lost_m: 0 });
    expect(changesOf(before, split).spans).toEqual([]);
  });

  test('lengths by state add up to the line', () => {
    expect(lengthsOf(before)).toEqual({ watched: 400, uncertain: 0, lost: 0, unwatched: 600 });
  });

  test('its steps stand in their places and the others stay', () => {
    const trial = { ...curve(0.9, 0.8), from_m: 200 };
    const tried = withTrial(curve(0.1, 0.1, 0.1, 0.1, 0.1), trial);
    expect(tried?.p_nominal).toEqual([0.1, 0.1, 0.9, 0.8, 0.1]);
    expect(withTrial(null, trial)).toBeNull();
    expect(withTrial(curve(0.1), { ...trial, from_m: 0 })?.p_nominal).toEqual([0.9]);
  });

  test('the lane as it stands is drawn broken beside the one that would be', () => {
    const trial = { curve: curve(...Array(10).fill(0.2)), changes: changesOf(before, before) };
    const dashed = (given: Partial<WatchedLane>): number =>
      paint({ curve: curve(...Array(10).fill(0.7)), ...given }).strokes.filter(({ dash }) => dash.length > 0)
        .length;
    expect(dashed({ trial: null })).toBe(0);
    expect(dashed({ trial })).toBe(1);
  });
});
