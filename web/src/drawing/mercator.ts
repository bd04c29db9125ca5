// Where on the square world of Web Mercator is a position? 0..1 from the north-west corner, as the map library counts.
import type { Position } from './scene';

/** World coordinates of a position (EPSG:3857 scaled to a unit square). */
export function worldOf(position: Position): readonly [x: number, y: number] {
  const lat = (position[1] * Math.PI) / 180;
  return [(position[0] + 180) / 360, (1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2];
}
