// What can be asked of a gap: which trench, which tower, which unit, and where would it stand?
import type { HoldChange } from '../api/hold';
import { nearest, placeAt, type LineIndex } from '../drawing/chainage';
import type { Gap } from '../drawing/holding';
import type { Frontier, Sensor, Unit } from '../drawing/scene';

/** A tower that is tried stands so far on the home side, and a unit that waits so far. */
const TOWER_OFFSET_M = 400;
const UNIT_OFFSET_M = 1_500;

/** One question: what it is about, by the name that people know, and the change that is tried. */
export interface Ask {
  readonly about: 'trench' | 'tower' | 'unit';
  readonly name: string;
  readonly change: HoldChange;
}

interface Standing {
  readonly line: LineIndex;
  readonly towers: Frontier['towers'];
  readonly sensors: readonly Pick<Sensor, 'tower_id'>[];
  readonly units: readonly Unit[];
}

/** A trench along the gap; the nearest tower with sensors once more, and the nearest unit, at its lowest place. */
export function asksAt(gap: Gap, { line, towers, sensors, units }: Standing): Ask[] {
  const { from_km, to_km } = gap;
  const trench = { what: 'build', element: 'trench', state: 'accepted', from_km, to_km } as const;
  const asks: Ask[] = [{ about: 'trench', name: '', change: trench }];
  const carrying = new Set(sensors.map((sensor) => sensor.tower_id));
  const at_m = gap.at_km * 1000;
  const tower = nearestAlong(
    line,
    at_m,
    towers.filter(({ tower_id }) => carrying.has(tower_id)),
  );
  if (tower !== null) {
    const { lon, lat } = placeAt(line, at_m, TOWER_OFFSET_M);
    const change = { what: 'add_tower', like: tower.tower_id, lon, lat, mast_m: null } as const;
    asks.push({ about: 'tower', name: tower.tower_id, change });
  }
  const unit = nearestAlong(line, at_m, units);
  if (unit !== null) asks.push({ about: 'unit', name: unit.callsign, change: waiting(unit, gap, line) });
  return asks;
}

/** That a unit waits on the home side of a gap's lowest place. */
export function waiting(unit: Pick<Unit, 'unit_id'>, gap: Pick<Gap, 'at_km'>, line: LineIndex): HoldChange {
  const { lon, lat } = placeAt(line, gap.at_km * 1000, UNIT_OFFSET_M);
  return { what: 'move_unit', unit_id: unit.unit_id, lon, lat };
}

function nearestAlong<T extends { readonly lon: number; readonly lat: number }>(
  line: LineIndex,
  at_m: number,
  all: readonly T[],
): T | null {
  let best: { one: T; away_m: number } | null = null;
  for (const one of all) {
    const away_m = Math.abs(nearest(line, one.lon, one.lat).chainage_m - at_m);
    if (best === null || away_m < best.away_m) best = { one, away_m };
  }
  return best?.one ?? null;
}
