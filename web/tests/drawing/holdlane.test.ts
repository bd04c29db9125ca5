import { describe, expect, test } from 'vitest';
import { gapId, gapsNow, type Holding } from '../../src/drawing/holding';
import { holdColumns, paintHoldLane } from '../../src/drawing/holdlane';
import { gapRow, heldRow } from './rows';

const { edges_m, p, gaps } = heldRow('night-foot');
const holding: Holding = { held: { name: 'night-foot', edges_m, p, gaps }, tried: null, required: 0.8 };

/** A canvas that remembers the rectangles filled on it, with their colours. */
function canvas() {
  const filled: { colour: string; x: number; y: number; width: number; height: number }[] = [];
  const settings: Record<string, unknown> = {};
  const context = new Proxy(settings, {
    get: (target, key: string) => {
      if (key in target) return target[key];
      if (key !== 'fillRect') return () => undefined;
      return (x: number, y: number, width: number, height: number) =>
        filled.push({ colour: String(settings['fillStyle']), x, y, width, height });
    },
    set: (target, key: string, value) => {
      target[key] = value;
      return true;
    },
  });
  return { context: context as unknown as CanvasRenderingContext2D, filled };
}

const scale = (from_m: number, to_m: number, width_px: number) => ({
  window: [from_m, to_m] as const,
  left_px: 100,
  width_px,
});

describe('columns of the lane of holding', () => {
  test('a pixel shows the lowest step that it covers, so that a narrow gap is seen', () => {
    expect(holdColumns(edges_m, p, scale(0, 1000, 2)).map((one) => one.p)).toEqual([0.1, 0.7]);
    expect(holdColumns(edges_m, p, scale(0, 1000, 1)).map((one) => one.p)).toEqual([0.1]);
  });

  test('a pixel within one step shows that step', () => {
    const columns = holdColumns(edges_m, p, scale(0, 1000, 8));
    expect(columns.map((one) => one.p)).toEqual([0.9, 0.9, 0.1, 0.1, 0.8, 0.8, 0.7, 0.7]);
    expect(columns[0]!.x).toBe(100);
  });

  test('only the window is shown, and nothing beyond the last step', () => {
    expect(holdColumns(edges_m, p, scale(500, 1000, 2)).map((one) => one.p)).toEqual([0.8, 0.7]);
    expect(holdColumns(edges_m, p, scale(750, 1250, 2)).map((one) => one.p)).toEqual([0.7]);
  });
});

describe('the lane of holding', () => {
  test('what is held and what is not differ in colour, and the higher the surer', () => {
    const { context, filled } = canvas();
    paintHoldLane(context, holding, scale(0, 1000, 4), { top: 0, height: 34 }, null);
    const bars = filled.filter(({ width, height }) => width === 1 && height >= 1);
    expect(new Set(bars.map(({ colour }) => colour)).size).toBe(2);
    expect(bars[0]!.colour).toBe(bars[2]!.colour);
    expect(bars[1]!.colour).toBe(bars[3]!.colour);
    expect(bars[0]!.height).toBeGreaterThan(bars[3]!.height);
    expect(bars[3]!.height).toBeGreaterThan(bars[1]!.height);
  });

  test('every gap can be pointed at over its stretch', () => {
    const { context } = canvas();
    const targets = paintHoldLane(context, holding, scale(0, 1000, 400), { top: 0, height: 34 }, null);
    expect(targets.map(({ x, width, selection }) => [x, width, selection.id])).toEqual([
      [200, 100, 'night-foot:0.375'],
      [400, 100, 'night-foot:0.875'],
    ]);
  });

  test('while something is tried its gaps are shown, and where it rises and falls is marked', () => {
    const tried: Holding = {
      ...holding,
      tried: { case: 'night-foot', p: [0.9, 0.85, 0.8, 0.2], gaps: [gapRow(0.75, 1, 0.9)] },
    };
    const { context, filled } = canvas();
    const targets = paintHoldLane(context, tried, scale(0, 1000, 4), { top: 0, height: 34 }, null);
    expect(targets.map(({ selection }) => selection.id)).toEqual([gapId('night-foot', { at_km: 0.9 })]);
    expect(gapsNow(tried)).toHaveLength(1);
    const marks = filled.filter(({ width, height }) => width === 1 && height === 3);
    expect(marks.map(({ x }) => x)).toEqual([101]);
  });
});
