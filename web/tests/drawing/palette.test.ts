import { expect, test } from 'vitest';
import { channels, contrast, palette, priorityColour } from '../../src/drawing/palette';

test('text and priorities can be read on every ground they stand on (WCAG 2.2 AA)', () => {
  const words = [
    palette.text,
    palette.muted,
    palette.live,
    palette.unit,
    ...([1, 2, 3] as const).map(priorityColour),
  ];
  for (const colour of words) expect(contrast(colour, palette.background)).toBeGreaterThanOrEqual(4.5);
  for (const colour of [palette.text, palette.muted]) {
    expect(contrast(colour, palette.halo)).toBeGreaterThanOrEqual(4.5);
  }
  for (const ground of palette.section) expect(contrast(palette.text, ground)).toBeGreaterThanOrEqual(4.5);
});

test('marks without words keep three to one on the map ground', () => {
  const marks = [
    palette.line,
    palette.obstacle,
    palette.lost,
    palette.hatch,
    palette.track,
    palette.trackAnimal,
  ];
  for (const colour of marks) expect(contrast(colour, palette.ground)).toBeGreaterThanOrEqual(3);
});

test('the digit inside a filled alarm can be read', () => {
  for (const priority of [1, 2, 3] as const) {
    expect(contrast(palette.background, priorityColour(priority))).toBeGreaterThanOrEqual(4.5);
  }
});

test('black on white is twenty-one to one, and a word is not a colour', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(() => channels('red')).toThrow('#rrggbb');
});
