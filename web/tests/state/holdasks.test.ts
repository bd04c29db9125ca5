// Is what can be asked of a gap about the gap, and about the nearest tower and unit that could help?
import { describe, expect, test } from 'vitest';
import { nearest, placeAt } from '../../src/drawing/chainage';
import { asksAt, waiting } from '../../src/state/holdasks';
import { gapRow, line, unitRow } from '../drawing/rows';

const tower = (tower_id: string, chainage_m: number) => {
  const { lon, lat } = placeAt(line, chainage_m, 300);
  return {
    tower_id,
    name: tower_id,
    lon,
    lat,
    height_m: 20,
    party: 'national-guard',
    placement: 'invented',
    source: 'test',
  };
};
const gap = gapRow(20, 24, 22);
const towers = [tower('T-bare', 22_100), tower('T-far', 80_000), tower('T-near', 30_000)];
const units = [unitRow(5_000), unitRow(25_000), unitRow(60_000)];
const sensors = [{ tower_id: 'T-far' }, { tower_id: 'T-near' }, { tower_id: null }];

describe('what can be asked of a gap', () => {
  test('is a trench along it, a tower like the nearest that carries sensors, and the nearest unit', () => {
    const asks = asksAt(gap, { line, towers, sensors, units });
    expect(asks.map(({ about, name }) => [about, name])).toEqual([
      ['trench', ''],
      ['tower', 'T-near'],
      ['unit', 'Patrol 1'],
    ]);
    expect(asks[0]?.change).toMatchObject({ what: 'build', from_km: 20, to_km: 24, state: 'accepted' });
    expect(asks[2]?.change).toMatchObject({ what: 'move_unit', unit_id: 'unit-25000' });
  });

  test('stands on the home side of its lowest place', () => {
    for (const { change } of asksAt(gap, { line, towers, sensors, units }).slice(1)) {
      if (!('lon' in change)) throw new Error(`${change.what} stands nowhere`);
      const { chainage_m, offset_m } = nearest(line, change.lon, change.lat);
      expect(chainage_m).toBeCloseTo(22_000, -2);
      expect(offset_m).toBeGreaterThan(300);
    }
  });

  test('is the trench alone where nothing stands', () => {
    expect(asksAt(gap, { line, towers, sensors: [], units: [] }).map(({ about }) => about)).toEqual([
      'trench',
    ]);
  });

  test('a unit that waits keeps its name', () => {
    expect(waiting({ unit_id: 'U-7' }, gap, line)).toMatchObject({ what: 'move_unit', unit_id: 'U-7' });
  });
});
