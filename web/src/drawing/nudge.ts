// How far does an arrow key move a thing on the map? North stays up and east right, in every language.
import { destination } from './chainage';
import type { Position } from './scene';

const STEP_M = 100;
const STRIDE_M = 1_000;
const BEARINGS: Record<string, number> = { ArrowUp: 0, ArrowRight: 90, ArrowDown: 180, ArrowLeft: 270 };

/** The place after an arrow key, a hundred metres away, with Shift a kilometre; null for another key. */
export function nudged(at: Position, key: string, shift: boolean): Position | null {
  const bearing_deg = BEARINGS[key];
  return bearing_deg === undefined ? null : destination(at, bearing_deg, shift ? STRIDE_M : STEP_M);
}
