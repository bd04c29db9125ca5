// Is what is only tried never kept, and never shown for another case than it was asked for?
import { beforeEach, expect, test, vi } from 'vitest';
import type { Schemas } from '../../src/api/client';
import type { LaneTry, TryTower } from '../../src/api/sight';
import { HIGHEST_MAST_M, Trial } from '../../src/state/trial.svelte';
import { watchedRow } from '../drawing/rows';

const tower = { tower_id: 'T-1', lon: 42, lat: 36, height_m: 18 } as Schemas['Tower'];
const settled = () => new Promise((resolve) => setTimeout(resolve));
const around = {
  sight: { shown: { name: 'night-person' }, stretches: [] },
  words: (error: unknown) => String(error),
};
let sent: TryTower[] = [];
let answeredCase = 'night-person';
vi.mock('../../src/api/sight', () => ({
  tryTower: async (body: TryTower): Promise<Partial<LaneTry>> => {
    sent.push(body);
    return { case: answeredCase, stretches: [watchedRow(0, 700, 'watched')], took_ms: 4 };
  },
}));

beforeEach(() => {
  sent = [];
  answeredCase = 'night-person';
});

test('taking a tower up asks nothing; moving it asks where it would stand', async () => {
  const trial = new Trial(around);
  trial.begin(tower, 18);
  await settled();
  expect([sent, trial.moved]).toEqual([[], false]);
  trial.moveTo([42.1, 36]);
  await settled();
  expect(sent).toEqual([{ tower_id: 'T-1', lon: 42.1, lat: 36, mast_m: 18, case: 'night-person' }]);
  expect([trial.moved, trial.changes?.gained_m]).toEqual([true, 700]);
});

test('a tower that is tried stays where it was put when it is taken up again', () => {
  const trial = new Trial(around);
  trial.begin(tower, 18);
  trial.moveTo([42.1, 36]);
  trial.begin(tower, 18);
  expect(trial.at).toEqual([42.1, 36]);
});

test('a mast that no tower has is not sent', async () => {
  const trial = new Trial(around);
  trial.begin(tower, 18);
  trial.raiseTo(Number.NaN);
  await settled();
  expect(sent).toEqual([]);
  trial.raiseTo(-5);
  trial.raiseTo(9_000);
  await settled();
  expect(sent.map(({ mast_m }) => mast_m)).toEqual([1, HIGHEST_MAST_M]);
});

test('what was found for another case than the one that is shown is not shown', async () => {
  const trial = new Trial(around);
  answeredCase = 'day-person';
  trial.begin(tower, 18);
  trial.moveTo([42.1, 36]);
  await settled();
  expect([sent.length, trial.current, trial.changes]).toEqual([1, null, null]);
});

test('dropped is forgotten, and what was on its way is told to nobody', async () => {
  const trial = new Trial(around);
  trial.begin(tower, 18);
  trial.moveTo([42.1, 36]);
  trial.drop();
  await settled();
  expect([trial.tower, trial.current, trial.changes, trial.moved]).toEqual([null, null, null, false]);
});
