// On which line do the drawing's tests stand? A made-up one with a bend, a very short segment and known lengths.
import type { LinePoint } from '../../src/drawing/scene';

const DEGREE_M = (Math.PI / 180) * 6_371_008.8;

/** South along a meridian for one degree with a 6 m segment in it, then east along a parallel for half a degree. */
export function bentLine(): LinePoint[] {
  const positions: [lon: number, lat: number][] = [
    [42, 37],
    [42, 36.5],
    [42, 36.499946],
    [42, 36],
    [42.25, 36],
    [42.5, 36],
  ];
  let chainage_m = 0;
  return positions.map(([lon, lat], index) => {
    const before = positions[index - 1];
    if (before !== undefined) {
      const east_m = (lon - before[0]) * DEGREE_M * Math.cos((lat * Math.PI) / 180);
      chainage_m += Math.hypot(east_m, (lat - before[1]) * DEGREE_M);
    }
    return { lon, lat, chainage_m, bearing_deg: index < 3 ? 180 : 90 };
  });
}
