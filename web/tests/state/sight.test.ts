// Is what holds now never taken for another case, and never older than what was told?
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { LaneShape, SightShape, WatchedStretch } from '../../src/api/sight';
import { Sight } from '../../src/state/sight.svelte';
import { watchedRow } from '../drawing/rows';

const person = { target: 'person', light: 'night', weather: 'clear', proven_only: false } as const;
const now: WatchedStretch[] = [watchedRow(0, 900, 'watched', { sensors: ['A'] })];
const byDay: WatchedStretch[] = [watchedRow(0, 900, 'unwatched')];

let shape: Partial<SightShape>;
vi.mock('../../src/api/sight', () => ({
  askSight: async () => shape,
  askLane: async (name: string): Promise<Partial<LaneShape>> => ({
    case: name,
    version: shape.version!,
    stretches: name === 'day-person' ? byDay : now,
  }),
}));
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  shape = {
    ...{ state: 'ready', version: 3, cell_m: 60, live_case: 'night-person' },
    cases: [
      { name: 'night-person', ...person },
      { name: 'day-person', ...person, light: 'day' },
    ],
  };
});

async function sightOf(): Promise<Sight> {
  const sight = new Sight({ picture: { watched: now }, words: String });
  await sight.refresh();
  sight.keepLane();
  await settled();
  return sight;
}

describe('what is shown as watched', () => {
  test('follows the live socket while the case is the one of now', async () => {
    const sight = await sightOf();
    expect(sight.isNow).toBe(true);
    expect(sight.stretches).toBe(now);
  });

  test('of another case is that of its own lane, and nothing until it has come', async () => {
    const sight = await sightOf();
    sight.choice = { base: 'day-person', proven: false };
    expect([sight.isNow, sight.stretches, sight.veil]).toEqual([false, [], null]);
    sight.keepLane();
    await settled();
    expect(sight.stretches).toEqual(byDay);
    expect(sight.veil).toEqual({ case: 'day-person', version: 3 });
  });

  test('of a case that the centre does not have is what holds now', async () => {
    const sight = await sightOf();
    sight.choice = { base: 'rain-animal', proven: false };
    expect([sight.isNow, sight.stretches]).toEqual([true, now]);
  });

  test('is told by sectors while sight lines are computed for the first time', async () => {
    shape = { ...shape, state: 'computing', cases: [] };
    const sight = await sightOf();
    expect([sight.shown, sight.veil, sight.stretches]).toEqual([null, null, now]);
  });
});

test('a version that the socket told is not undone by an answer that was older', async () => {
  const sight = await sightOf();
  sight.note(9);
  expect(sight.shape?.version).toBe(9);
  await settled();
  expect(sight.shape?.version).toBe(9);
});
