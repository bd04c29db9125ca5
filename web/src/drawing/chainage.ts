// Where on the ground is a chainage, and which chainage is nearest to a place?
import type { LinePoint, Position, Range } from './scene';

/** The line, ready for questions by chainage. Built once for a line version. */
export interface LineIndex {
  readonly points: readonly LinePoint[];
  readonly length_m: number;
  /** +1 if home lies left of the direction of chainage, -1 if right. */
  readonly homeSign: 1 | -1;
}

/** A place by chainage; `offset_m` is positive on the home side. */
export interface Place {
  readonly lon: number;
  readonly lat: number;
  readonly bearing_deg: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Check the points of a line and make it answer by chainage. */
export function indexLine(points: readonly LinePoint[], homeSide: 'left' | 'right'): LineIndex {
  const last = points.at(-1);
  if (points.length < 2 || last === undefined) {
    throw new Error(`A line needs at least 2 points; the server sent ${points.length}.`);
  }
  for (let index = 1; index < points.length; index += 1) {
    if (points[index]!.chainage_m <= points[index - 1]!.chainage_m) {
      throw new Error(`Chainage must grow along the line; it does not at point ${index}.`);
    }
  }
  return { points, length_m: last.chainage_m, homeSign: homeSide === 'left' ? 1 : -1 };
}

/** The place at a chainage (held to the line's ends), `offset_m` metres to the home side of it. */
export function placeAt(line: LineIndex, chainage_m: number, offset_m = 0): Place {
  const next = followingPoint(line, chainage_m);
  const before = line.points[next - 1]!;
  const after = line.points[next]!;
  const share = clamp((chainage_m - before.chainage_m) / (after.chainage_m - before.chainage_m), 0, 1);
  const bearing_deg = bearing([before.lon, before.lat], [after.lon, after.lat]);
  const lon = before.lon + (after.lon - before.lon) * share;
  const lat = before.lat + (after.lat - before.lat) * share;
  if (offset_m === 0) return { lon, lat, bearing_deg };
  const [movedLon, movedLat] = destination([lon, lat], bearing_deg - 90 * line.homeSign, offset_m);
  return { lon: movedLon, lat: movedLat, bearing_deg };
}

/** The line from one chainage to another, as positions to draw. */
export function stretch(line: LineIndex, range: Range): Position[] {
  const [from_m, to_m] = [clamp(range[0], 0, line.length_m), clamp(range[1], 0, line.length_m)];
  const inside = line.points.filter((point) => point.chainage_m > from_m && point.chainage_m < to_m);
  const [first, last] = [placeAt(line, from_m), placeAt(line, to_m)];
  return [
    [first.lon, first.lat],
    ...inside.map((point): Position => [point.lon, point.lat]),
    [last.lon, last.lat],
  ];
}

/**
 * Chainage of the point of the line nearest to a position, and the signed offset from it (positive on the home side).
 * Plane geometry round the position: right to a few metres near the line, which is what a drawing needs.
 */
export function nearest(line: LineIndex, lon: number, lat: number): { chainage_m: number; offset_m: number } {
  const east_m = EARTH_RADIUS_M * RADIANS * Math.cos(lat * RADIANS);
  const north_m = EARTH_RADIUS_M * RADIANS;
  let best = { squared: Number.POSITIVE_INFINITY, chainage_m: 0, side: 1 };
  for (let index = 1; index < line.points.length; index += 1) {
    const before = line.points[index - 1]!;
    const after = line.points[index]!;
    const [x, y] = [(before.lon - lon) * east_m, (before.lat - lat) * north_m];
    const [dx, dy] = [(after.lon - before.lon) * east_m, (after.lat - before.lat) * north_m];
    const share = clamp(-(x * dx + y * dy) / (dx * dx + dy * dy), 0, 1);
    const squared = (x + share * dx) ** 2 + (y + share * dy) ** 2;
    if (squared < best.squared) {
      const chainage_m = before.chainage_m + share * (after.chainage_m - before.chainage_m);
      // the cross product is positive when the position lies left of the segment
      best = { squared, chainage_m, side: dx * -y - dy * -x >= 0 ? 1 : -1 };
    }
  }
  return { chainage_m: best.chainage_m, offset_m: Math.sqrt(best.squared) * best.side * line.homeSign };
}

/** The position reached from another along a bearing (sphere). */
export function destination(from: Position, bearing_deg: number, distance_m: number): Position {
  const angle = distance_m / EARTH_RADIUS_M;
  const course = bearing_deg * RADIANS;
  const lat = from[1] * RADIANS;
  const sinLat = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(course);
  const turn = Math.atan2(
    Math.sin(course) * Math.sin(angle) * Math.cos(lat),
    Math.cos(angle) - Math.sin(lat) * sinLat,
  );
  return [from[0] + turn / RADIANS, Math.asin(sinLat) / RADIANS];
}

/** A closed ring round the ground of a sector, or round the whole circle; `width_deg` is the full width. */
export function sectorRing(
  at: Position,
  bearing_deg: number,
  width_deg: number,
  range_m: number,
): Position[] {
  const steps = Math.max(4, Math.ceil(width_deg / 6));
  const whole = width_deg >= 359.5;
  const arc = Array.from({ length: steps + 1 }, (_, step) =>
    destination(at, bearing_deg - width_deg / 2 + (width_deg * step) / steps, range_m),
  );
  const first = arc[0]!;
  return whole ? [...arc.slice(0, -1), first] : [at, ...arc, at];
}

/** Ground distance between two positions, metres (short distances, plane). */
export function distance(from: Position, to: Position): number {
  const east = (to[0] - from[0]) * Math.cos(((from[1] + to[1]) / 2) * RADIANS);
  return Math.hypot(east, to[1] - from[1]) * RADIANS * EARTH_RADIUS_M;
}

/** Initial bearing from one position to another, degrees true, -180 to 180 (short distances, plane). */
export function bearing(from: Position, to: Position): number {
  const east = (to[0] - from[0]) * Math.cos(((from[1] + to[1]) / 2) * RADIANS);
  return Math.atan2(east, to[1] - from[1]) / RADIANS;
}

/** A number held between two others. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function followingPoint(line: LineIndex, chainage_m: number): number {
  let [low, high] = [1, line.points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line.points[middle]!.chainage_m < chainage_m) low = middle + 1;
    else high = middle;
  }
  return low;
}
