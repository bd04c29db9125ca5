// Do frame and drawing use the same colours, and can all text be read?
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contrast, palette } from '../../src/drawing/palette';

const css = readFileSync(new URL('../../src/frame/app.css', import.meta.url), 'utf-8');
const root = css.slice(css.indexOf(':root'), css.indexOf('}'));

function colour(name: string): string {
  const found = root.match(new RegExp(`--${name}: (#[0-9a-f]{6})`));
  if (found?.[1] === undefined) throw new Error(`app.css has no colour --${name}`);
  return found[1];
}

test.each([
  ['background', palette.background],
  ['panel', palette.panel],
  ['text', palette.text],
  ['priority-1', palette.priority1],
  ['priority-2', palette.priority2],
  ['priority-3', palette.priority3],
  ['live', palette.live],
])('the frame draws --%s as the drawing does', (name, drawn) => {
  expect(colour(name)).toBe(drawn);
});

test.each(['text', 'text-strong', 'muted', 'priority-1', 'priority-2', 'priority-3', 'live'])(
  '--%s can be read on the ground, on panels and on selected rows',
  (name) => {
    for (const ground of ['background', 'panel', 'row-selected']) {
      expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test('the edge of a control can be seen', () => {
  expect(contrast(colour('control-edge'), colour('panel'))).toBeGreaterThanOrEqual(3);
});
