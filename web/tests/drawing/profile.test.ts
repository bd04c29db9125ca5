// Does the chart of a sight line show what hides it, on the page and on paper alike?
import { describe, expect, test } from 'vitest';
import type { ProfileShape } from '../../src/api/sight';
import { svgOf } from '../../src/drawing/figure';
import { BAND_SD, firstHidden_m, profileFigure, profileScale } from '../../src/drawing/profile';
import type { ProfileWords } from '../../src/drawing/profile';
import { profileTable } from '../../src/state/tables';

/** Five points, a kilometre apart, over ground of given heights; the line from 20 m down to 10 m. */
function profile(heights: readonly number[], given: Partial<ProfileShape> = {}): ProfileShape {
  const line_m = heights.map((_, index) => 20 - (10 * index) / (heights.length - 1));
  const clear = line_m.map((height, index) => height - heights[index]!);
  const inner = clear.slice(1, -1);
  const clearance_m = Math.min(...inner);
  return {
    distance_m: heights.map((_, index) => index * 1000),
    ground_m: heights.map((height) => height + 0.5),
    apparent_ground_m: [...heights],
    line_m,
    sd_m: heights.map(() => 2),
    ...{ clearance_m, at_m: (inner.indexOf(clearance_m) + 1) * 1000, visible: clearance_m >= 0 },
    ...{ probability_visible: 0.5, cell_m: 30, refraction_k: 0.13, terrain_source: 'test', grade: 'usable' },
    ...given,
  };
}

const words: ProfileWords = {
  ...{ ground: 'ground', flat: 'flat', line: 'line', hidden: 'hidden', error: 'error' },
  ...{ distance: 'km', height: 'm', clearance: '−6 m', sources: ['Ground: <a & b>'] },
};
const size = { width: 600, height: 300, rightToLeft: false, measure: (text: string) => text.length * 6 };
const open = profile([0, 0, 5, 0, 0]);
const hill = profile([0, 0, 21, 0, 0]);

test('the line is hidden from the first point on at which the ground stands above it', () => {
  expect(firstHidden_m(open)).toBeNull();
  expect(firstHidden_m(hill)).toBe(2000);
  // between two points: then where it is nearest
  expect(firstHidden_m({ ...open, visible: false, at_m: 1500 })).toBe(1500);
});

describe('the chart', () => {
  test('holds line, ground and the error of the ground', () => {
    const scale = profileScale(hill, size, 1, 1);
    const highest = scale.y(21 + BAND_SD * 2);
    const lowest = scale.y(0 - BAND_SD * 2);
    expect(highest).toBeGreaterThanOrEqual(0);
    expect(lowest).toBeLessThanOrEqual(scale.bottom);
    expect(scale.x(0)).toBeLessThan(scale.x(4000));
    expect(scale.x(4000)).toBeLessThanOrEqual(size.width);
    expect(scale.heights_m.length).toBeGreaterThan(1);
  });

  test('breaks the line where the ground hides what lies beyond, and only there', () => {
    const broken = (shape: ProfileShape): number =>
      profileFigure(shape, size, { ...words, hidden: null }).marks.filter(
        (mark) => mark.kind === 'path' && mark.stroke?.dash?.join() === '6,4',
      ).length;
    expect(broken(open)).toBe(0);
    expect(broken(hill)).toBe(1);
  });

  test('runs from left to right in every language; its words begin on the side of the language', () => {
    const texts = (rightToLeft: boolean) =>
      profileFigure(hill, { ...size, rightToLeft }, words).marks.filter((mark) => mark.kind === 'text');
    for (const rightToLeft of [false, true]) {
      const kilometres = texts(rightToLeft)
        .filter(({ text, look }) => /^\d$/.test(text) && look.align === 'center')
        .map(({ x }) => x);
      expect(kilometres).toEqual([...kilometres].sort((one, other) => one - other));
      expect(kilometres.length).toBeGreaterThan(2);
    }
    const legend = (rightToLeft: boolean) => texts(rightToLeft).find(({ text }) => text === 'line');
    expect(legend(false)?.look.align).toBe('left');
    expect(legend(true)?.look.align).toBe('right');
  });

  test('takes more rows of legend in a narrow window and stays inside it', () => {
    const narrow = { ...size, width: 260, measure: (text: string) => text.length * 14 };
    const texts = profileFigure(hill, narrow, words).marks.filter((mark) => mark.kind === 'text');
    const legend = texts.filter(({ text }) => ['line', 'hidden', 'ground', 'flat', 'error'].includes(text));
    expect(legend).toHaveLength(5);
    for (const { x, text } of legend) expect(x + narrow.measure(text)).toBeLessThanOrEqual(narrow.width);
    expect(new Set(legend.map(({ y }) => y)).size).toBeGreaterThan(1);
  });

  test('never cuts off where it comes from: a long source takes more lines', () => {
    const source =
      'a model of the ground with a long name, of some year, made by somebody, in cells of some metres';
    const narrow = { ...size, width: 300 };
    const texts = profileFigure(hill, narrow, { ...words, sources: [source] }).marks.filter(
      (mark) => mark.kind === 'text' && mark.look.size_px === 10.5,
    ) as { text: string; x: number; y: number }[];
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.map(({ text }) => text).join(' ')).toBe(source);
    for (const { text, x } of texts) expect(x + narrow.measure(text)).toBeLessThanOrEqual(narrow.width);
  });

  test('of two points on one spot is drawn without a number that is none', () => {
    const nothing = profile([0, 0], { distance_m: [0, 0], at_m: 0, clearance_m: 10, visible: true });
    const svg = svgOf(profileFigure(nothing, size, words), 'nothing');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('on paper', () => {
  test('words stay words and nothing in them is taken for a mark', () => {
    const svg = svgOf(profileFigure(hill, size, words), 'Hidden by "a hill" & more');
    expect(svg).toContain('<title>Hidden by &quot;a hill&quot; &amp; more</title>');
    expect(svg).toContain('Ground: &lt;a &amp; b&gt;');
    expect(svg.match(/<text /g)?.length).toBe(svg.match(/<\/text>/g)?.length);
  });

  test('Arabic hangs on the side it was given', () => {
    const arabic = { ...words, clearance: 'م 6', sources: ['الأرض: نموذج'] };
    const svg = svgOf(profileFigure(hill, { ...size, rightToLeft: true }, arabic), 'عنوان');
    expect(svg).toMatch(/direction="rtl" text-anchor="start"[^>]*>الأرض: نموذج/);
  });

  test('the table is the answer of the centre, point by point', () => {
    const { columns, rows } = profileTable(hill);
    expect(columns).toEqual(['distance_m', 'ground_m', 'apparent_ground_m', 'line_m', 'sd_m']);
    expect(rows).toHaveLength(5);
    expect(rows[2]).toEqual([2000, 21.5, 21, 15, 2]);
  });
});
