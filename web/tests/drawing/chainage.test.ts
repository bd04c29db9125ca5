import { describe, expect, test } from 'vitest';
import {
  bearing,
  destination,
  indexLine,
  nearest,
  placeAt,
  sectorRing,
  stretch,
} from '../../src/drawing/chainage';
import { bentLine } from './line';

const line = indexLine(bentLine(), 'left');

describe('position by chainage', () => {
  test('the ends of the line are its first and last point', () => {
    expect(placeAt(line, 0)).toMatchObject({ lon: 42, lat: 37 });
    expect(placeAt(line, line.length_m)).toMatchObject({ lon: 42.5, lat: 36 });
  });

  test('a chainage beyond the line is held to its end', () => {
    expect(placeAt(line, -500)).toEqual(placeAt(line, 0));
    expect(placeAt(line, line.length_m + 500)).toEqual(placeAt(line, line.length_m));
  });

  test('chainage to place and back agrees within a metre, on both sides and across the short segment', () => {
    for (let chainage_m = 2_000; chainage_m < line.length_m - 2_000; chainage_m += 1_371) {
      for (const offset_m of [-900, 0, 900]) {
        const place = placeAt(line, chainage_m, offset_m);
        const found = nearest(line, place.lon, place.lat);
        const nearBend = Math.abs(chainage_m - line.points[3]!.chainage_m) < 1_500;
        if (nearBend) continue; // inside a bend two chainages are near; the drawing takes the nearer
        expect(Math.abs(found.chainage_m - chainage_m)).toBeLessThan(1);
        expect(Math.abs(found.offset_m - offset_m)).toBeLessThan(1);
      }
    }
  });

  test('a positive offset lies on the home side, whichever side that is', () => {
    // the line runs south, so its left is east
    expect(placeAt(line, 10_000, 1_000).lon).toBeGreaterThan(42);
    expect(placeAt(indexLine(bentLine(), 'right'), 10_000, 1_000).lon).toBeLessThan(42);
  });

  test('a line that does not grow is refused with the place of the fault', () => {
    const points = bentLine();
    points[2] = { ...points[2]!, chainage_m: points[1]!.chainage_m };
    expect(() => indexLine(points, 'left')).toThrow('at point 2');
    expect(() => indexLine(points.slice(0, 1), 'left')).toThrow('at least 2 points');
  });
});

describe('interval by chainage', () => {
  test('a stretch begins and ends where it is asked to and keeps the bends between', () => {
    const bend_m = line.points[3]!.chainage_m;
    const positions = stretch(line, [bend_m - 1_000, bend_m + 1_000]);
    expect(positions).toHaveLength(3);
    expect(positions[1]).toEqual([42, 36]);
    expect(nearest(line, ...positions[0]!).chainage_m).toBeCloseTo(bend_m - 1_000, 0);
    expect(nearest(line, ...positions[2]!).chainage_m).toBeCloseTo(bend_m + 1_000, 0);
  });

  test('a stretch beyond the line is cut to the line', () => {
    const positions = stretch(line, [-5_000, line.length_m + 5_000]);
    expect(positions[0]).toEqual([42, 37]);
    expect(positions.at(-1)).toEqual([42.5, 36]);
  });
});

describe('sectors', () => {
  test('a sector is a closed ring from the sensor out to its range, about its bearing', () => {
    const ring = sectorRing([42, 36.5], 270, 60, 4_000);
    expect(ring[0]).toEqual([42, 36.5]);
    expect(ring.at(-1)).toEqual(ring[0]);
    for (const position of ring.slice(1, -1)) {
      const course = (bearing([42, 36.5], position) + 360) % 360;
      expect(course).toBeGreaterThan(239);
      expect(course).toBeLessThan(301);
    }
  });

  test('a sensor that looks all round has no wedge to its middle', () => {
    const ring = sectorRing([42, 36.5], 0, 360, 300);
    expect(ring).not.toContainEqual([42, 36.5]);
    expect(ring.at(-1)).toEqual(ring[0]);
  });

  test('a degree of latitude is 111.2 km on the sphere', () => {
    const [lon, lat] = destination([42, 36], 0, 111_195);
    expect(lon).toBeCloseTo(42, 9);
    expect(lat).toBeCloseTo(37, 4);
  });
});
