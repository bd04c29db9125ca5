import { describe, expect, test } from 'vitest';
import { offMap, wholeKilometres, type Placed } from '../../src/drawing/edgemarks';

const frame = { x: 0, y: 0, width: 1000, height: 500 };

const placed = (x: number, y: number, chainage_m: number, priority: 1 | 2 | 3 = 2): Placed => ({
  at: { x, y },
  position: [x / 100, y / 100],
  chainage_m,
  priority,
});

describe('alarms off the map', () => {
  test('what is on the map is not pointed at', () => {
    expect(offMap([placed(500, 250, 1_000), placed(0, 0, 2_000)], frame)).toEqual([]);
  });

  test('each one is counted once, past the edge it is farthest beyond', () => {
    const groups = offMap(
      [placed(-300, 600, 1_000), placed(1200, 250, 2_000), placed(500, 900, 3_000)],
      frame,
    );
    expect(groups.map(({ edge, count }) => [edge, count])).toEqual([
      ['left', 1],
      ['right', 1],
      ['below', 1],
    ]);
  });

  test('a group tells its most urgent alarm, its kilometres and all of its places', () => {
    const [group] = offMap([placed(500, 900, 378_100, 3), placed(520, 800, 354_600, 1)], frame);
    expect(group?.priority).toBe(1);
    expect(wholeKilometres(group!.chainages)).toBe('355–378');
    expect(group?.positions).toHaveLength(2);
    expect(group?.along).toBe(510);
  });

  test('its mark stays on the edge, clear of the corners', () => {
    const [group] = offMap([placed(-50, -20_000, 0), placed(-30_000, 0, 0)], frame).filter(
      ({ edge }) => edge === 'left',
    );
    expect(group?.along).toBe(90);
  });

  test('one kilometre is not written as a stretch', () => {
    expect(wholeKilometres([354_900, 355_200])).toBe('355');
  });
});
