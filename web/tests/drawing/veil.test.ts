// Are the right pictures of the ground asked for, and does an arrow key move as far as it says?
import { describe, expect, test } from 'vitest';
import { nearest, placeAt } from '../../src/drawing/chainage';
import { heightsUrl, veilUrl } from '../../src/drawing/layers/veil';
import { nudged } from '../../src/drawing/nudge';
import { line } from './rows';

test('a change of the sensors changes the address, so that no old picture is shown for a new one', () => {
  const veil = { case: 'night-person', version: 7 };
  expect(veilUrl('http://x', veil)).toBe('http://x/api/sight/tiles/night-person/{z}/{x}/{y}.png?v=7');
  expect(veilUrl('', { ...veil, version: 8 })).not.toBe(veilUrl('', veil));
  expect(heightsUrl('', { ...veil, tower_id: 'T/1 a' })).toContain('/towers/T%2F1%20a/tiles/night-person/');
});

describe('an arrow key', () => {
  const { lon, lat } = placeAt(line, 30_000);

  test('moves by a hundred metres, with Shift by a kilometre, north up', () => {
    // the test line runs south: up is back along it, and right is the side of home
    expect(nearest(line, ...nudged([lon, lat], 'ArrowUp', false)!).chainage_m).toBeCloseTo(29_900, -1);
    expect(nearest(line, ...nudged([lon, lat], 'ArrowDown', true)!).chainage_m).toBeCloseTo(31_000, -1);
    expect(nearest(line, ...nudged([lon, lat], 'ArrowRight', false)!).offset_m).toBeCloseTo(100, 0);
    expect(nearest(line, ...nudged([lon, lat], 'ArrowLeft', false)!).offset_m).toBeCloseTo(-100, 0);
  });

  test('another key moves nothing', () => {
    expect(nudged([lon, lat], 'Enter', false)).toBeNull();
  });
});
