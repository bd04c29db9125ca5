// Is what the page knows of holding that of the case that is shown, and is what failed told?
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { HoldCaseShape, HoldShape } from '../../src/api/hold';
import { inOrder } from '../../src/state/gaps';
import { Hold } from '../../src/state/hold.svelte';
import { heldTable } from '../../src/state/tables';
import type { Selection } from '../../src/drawing/scene';
import { gapRow, heldRow } from '../drawing/rows';

const settled = () => new Promise((resolve) => setTimeout(resolve));
let shape: Partial<HoldShape> = {};
let asked: string[] = [];
let fails = false;
vi.mock('../../src/api/hold', () => ({
  workHold: async () => {
    if (fails) throw new Error('no way to the centre');
    return shape;
  },
  askHold: async () => shape,
  askHoldCase: async (name: string): Promise<Partial<HoldCaseShape>> => {
    asked.push(name);
    return heldRow(name);
  },
}));
const around = { selection: null as Selection | null, words: (error: unknown) => String(error) };

beforeEach(() => {
  [asked, fails, around.selection] = [[], false, null];
  shape = { state: 'ready', version: 'v1', cases: ['night-foot'], wanted: ['night-foot', 'night-vehicle'] };
});

describe('holding', () => {
  test('the first case is shown until another is chosen, and fetched only when it is there', async () => {
    const hold = new Hold(around);
    await hold.begin();
    hold.keepCase();
    await settled();
    expect([hold.shown, asked, hold.told?.name]).toEqual(['night-foot', ['night-foot'], 'night-foot']);
    hold.choice = 'night-vehicle';
    hold.keepCase();
    await settled();
    expect([hold.shown, asked, hold.told]).toEqual(['night-vehicle', ['night-foot'], null]);
    hold.choice = 'noon-swimmer';
    expect(hold.shown).toBe('night-foot');
  });

  test('a centre that cannot be reached is told of', async () => {
    fails = true;
    const hold = new Hold(around);
    await hold.begin();
    expect([hold.problem, hold.shown]).toEqual(['Error: no way to the centre', null]);
  });

  test('the selected gap is one of the case that is shown', async () => {
    const hold = new Hold(around);
    await hold.begin();
    hold.keepCase();
    await settled();
    expect(hold.gap).toBeNull();
    around.selection = { kind: 'gap', id: 'night-foot:0.375' };
    expect(new Hold(around).gap).toBeNull();
  });
});

test('the worst gap comes first, and of two alike the longer one; or they lie along the line', () => {
  const gaps = [gapRow(0, 1, 0.5, 0.3), gapRow(2, 3, 2.5, 0), gapRow(5, 9, 6, 0)];
  expect(inOrder(gaps, 'worst').map(({ from_km }) => from_km)).toEqual([5, 2, 0]);
  expect(inOrder([...gaps].reverse(), 'along').map(({ from_km }) => from_km)).toEqual([0, 2, 5]);
});

test('the table has the API’s own values, and of a range the steps that touch it', () => {
  const held = heldRow('night-foot') as HoldCaseShape;
  const whole = heldTable(held, null);
  expect(whole.rows).toHaveLength(held.p.length);
  expect(whole.rows.map((row) => row[2])).toEqual(held.p);
  expect(heldTable(held, [300, 500]).rows.map((row) => row[0])).toEqual([250]);
  expect(heldTable(null, null).rows).toEqual([]);
});
