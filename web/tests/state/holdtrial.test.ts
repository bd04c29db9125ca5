// Is what is tried asked as one, newest first, and never shown as if it were of another case?
import { beforeEach, expect, test, vi } from 'vitest';
import type { HoldChange, HoldTry } from '../../src/api/hold';
import type { Schemas } from '../../src/api/client';
import { builtOf, HoldTrial, placesOf } from '../../src/state/holdtrial.svelte';

const settled = () => new Promise((resolve) => setTimeout(resolve));
const around = {
  hold: { shown: 'night-foot' as string | null, begin: async () => void (begun += 1) },
  words: (error: unknown) => String(error),
};
let sent: Schemas['TryHold'][] = [];
let fails = false;
let begun = 0;
vi.mock('../../src/api/hold', () => ({
  tryHold: async (body: Schemas['TryHold']): Promise<Partial<HoldTry>> => {
    sent.push(body);
    if (fails) throw new Error('off the strip');
    return { case: body.case, held_km: 1, gaps: [] };
  },
}));
const trench = { what: 'build', element: 'trench', state: 'accepted', from_km: 3, to_km: 5 } as const;
const tower = { what: 'move_tower', tower_id: 'T-1', lon: 42, lat: 36, mast_m: 20 } as const;

beforeEach(() => {
  [sent, fails, begun, around.hold.shown] = [[], false, 0, 'night-foot'];
});

test('everything that is tried is asked together, and of one thing the newest counts', async () => {
  const trial = new HoldTrial(around);
  trial.put(trench);
  trial.put(tower);
  trial.put({ ...tower, lon: 42.5 });
  await settled();
  expect(sent.at(-1)).toEqual({ case: 'night-foot', changes: [trench, { ...tower, lon: 42.5 }] });
  expect([trial.current, trial.told?.held_km]).toEqual([true, 1]);
});

test('taking back the last thing forgets what was told', async () => {
  const trial = new HoldTrial(around);
  trial.put(trench);
  await settled();
  trial.remove(trench);
  expect([trial.told, trial.changes, sent.length]).toEqual([null, [], 1]);
});

test('what was told of one case is not shown for another', async () => {
  const trial = new HoldTrial(around);
  trial.put(trench);
  await settled();
  around.hold.shown = 'night-vehicle';
  const other = new HoldTrial(around);
  other.put(trench);
  expect(other.told).toBeNull();
  await settled();
  expect(other.told?.case).toBe('night-vehicle');
});

test('a refusal is said in its words, and stays until something is tried that can be', async () => {
  const trial = new HoldTrial(around);
  fails = true;
  trial.put(tower);
  await settled();
  expect([trial.problem, begun]).toEqual(['Error: off the strip', 1]);
  fails = false;
  trial.put(trench);
  await settled();
  expect(trial.problem).toBe('');
});

test('the map shows where things stand and what is built', () => {
  const unit = { what: 'move_unit', unit_id: 'U-1', lon: 41, lat: 35 } as const;
  const silent: HoldChange = { what: 'silence', sensor_ids: ['R-1'] };
  expect(placesOf([tower, unit, silent, trench])).toEqual([
    { kind: 'tower', at: [42, 36] },
    { kind: 'unit', at: [41, 35] },
  ]);
  expect(builtOf([tower, trench])).toEqual([[3, 5]]);
});
