// Is what the page knows of holding that of the case that is shown, and is what failed told?
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { HoldCaseShape, HoldShape } from '../../src/api/hold';
import { closedAndOpened, inOrder, nameNow } from '../../src/state/gaps';
import { Hold } from '../../src/state/hold.svelte';
import { heldTable } from '../../src/state/tables';
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
const around = { words: (error: unknown) => String(error) };

beforeEach(() => {
  [asked, fails] = [[], false];
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

  test('the gap that was selected last is one of the case that is shown', async () => {
    const hold = new Hold(around);
    await hold.begin();
    hold.keepCase();
    await settled();
    expect([hold.gap, hold.gaps.length]).toEqual([null, 2]);
    hold.noteSelected({ kind: 'gap', id: 'night-foot:0.375' });
    expect(hold.gap?.from_km).toBe(0.25);
    hold.noteSelected({ kind: 'unit', id: 'U-1' });
    expect(hold.gap?.from_km).toBe(0.25);
    hold.choice = 'night-vehicle';
    expect([hold.gap, hold.gaps]).toEqual([null, []]);
  });
});

test('the worst gap comes first, and of two alike the longer one; or they lie along the line', () => {
  const gaps = [gapRow(0, 1, 0.5, 0.3), gapRow(2, 3, 2.5, 0), gapRow(5, 9, 6, 0)];
  expect(inOrder(gaps, 'worst').map(({ from_km }) => from_km)).toEqual([5, 2, 0]);
  expect(inOrder([...gaps].reverse(), 'along').map(({ from_km }) => from_km)).toEqual([0, 2, 5]);
});

test('a gap is closed when nothing of it is left, and opened where none was', () => {
  const before = [gapRow(0, 4, 1), gapRow(6, 8, 7)];
  // one is narrower, one is gone, one is new; two that touch do not meet
  const now = [gapRow(1, 2, 1.5), gapRow(8, 9, 8.5)];
  expect(closedAndOpened(before, now)).toEqual({ closed: 1, opened: 1 });
  expect(closedAndOpened(before, before)).toEqual({ closed: 0, opened: 0 });
});

test('a selected gap keeps its name, or takes that of the gap that lies there now', () => {
  const now = [gapRow(0, 4, 1), gapRow(4, 8, 7.125)];
  expect(nameNow('night-foot:7.125', 'night-foot', now)).toBe('night-foot:7.125');
  expect(nameNow('night-foot:5', 'night-foot', now)).toBe('night-foot:7.125');
  expect(nameNow('night-foot:9', 'night-foot', now)).toBeNull();
  expect(nameNow('night-vehicle:5', 'night-foot', now)).toBeNull();
  expect(nameNow('night-foot:', 'night-foot', [])).toBeNull();
});

test('the table has the API’s own values, and of a range the steps that touch it', () => {
  const held = heldRow('night-foot') as HoldCaseShape;
  const whole = heldTable(held, null);
  expect(whole.rows).toHaveLength(held.p.length);
  expect(whole.rows.map((row) => row[2])).toEqual(held.p);
  expect(heldTable(held, [300, 500]).rows.map((row) => row[0])).toEqual([250]);
  expect(heldTable(null, null).rows).toEqual([]);
});
