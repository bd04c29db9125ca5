import { expect, test } from 'vitest';
import {
  boxRound,
  overlap,
  pilesOf,
  placeLabels,
  targetAt,
  type LabelWish,
  type Target,
} from '../../src/drawing/layout';

const FRAME = { x: 0, y: 0, width: 400, height: 300 };

function wish(label: string, rank: number, x: number, y: number): LabelWish<string> {
  return { label, rank, x, y, width: 60, height: 14, gap: 6, sides: ['right', 'left', 'above', 'below'] };
}

test('a label stands on its best side when that is free', () => {
  const placed = placeLabels([wish('Sinjar', 1, 200, 150)], [], FRAME);
  expect(placed).toEqual([
    { label: 'Sinjar', side: 'right', box: { x: 206, y: 143, width: 60, height: 14 } },
  ]);
});

test('a label at the edge turns inwards', () => {
  expect(placeLabels([wish('Mosul', 1, 390, 150)], [], FRAME)[0]?.side).toBe('left');
});

test('no two labels cover each other, however crowded it is', () => {
  const wishes = Array.from({ length: 60 }, (_, index) => {
    return wish(`place ${index}`, index, 150 + ((index * 37) % 100), 100 + ((index * 53) % 100));
  });
  const placed = placeLabels(wishes, [], FRAME);
  expect(placed.length).toBeGreaterThan(5);
  for (const one of placed) {
    for (const other of placed) if (one !== other) expect(overlap(one.box, other.box)).toBe(false);
  }
});

test('in a crowd the lower rank number wins its place, in whatever order they come', () => {
  const crowd = [wish('village', 9, 200, 150), wish('crossing', 1, 200, 150)];
  const placed = placeLabels(
    crowd,
    [boxRound(200, 137, 3), boxRound(200, 163, 3), boxRound(160, 150, 10)],
    FRAME,
  );
  expect(placed.map(({ label }) => label)).toEqual(['crossing']);
});

test('a label never covers what is marked as taken', () => {
  const taken = [{ x: 201, y: 100, width: 150, height: 100 }];
  const placed = placeLabels([wish('Al-Hawl', 1, 200, 150)], taken, FRAME);
  expect(placed[0]?.side).toBe('left');
});

test('the pointer takes the nearest thing within reach, and of two on one spot the upper one', () => {
  const targets: Target[] = [
    { ...boxRound(100, 100, 8), selection: { kind: 'tower', id: 'T-1' } },
    { ...boxRound(112, 100, 8), selection: { kind: 'unit', id: 'U-1' } },
    { ...boxRound(112, 100, 8), selection: { kind: 'alarm', id: 'A-1' } },
  ];
  expect(targetAt(targets, 103, 100, 4)).toEqual({ kind: 'tower', id: 'T-1' });
  expect(targetAt(targets, 111, 100, 4)).toEqual({ kind: 'alarm', id: 'A-1' });
  expect(targetAt(targets, 123, 100, 4)).toEqual({ kind: 'alarm', id: 'A-1' });
  expect(targetAt(targets, 130, 100, 4)).toBeNull();
  expect(targetAt([], 0, 0, 4)).toBeNull();
});

test('marks that hide one another are counted where the upper one stands; others stand alone', () => {
  const painted = [
    { x: 100, y: 50 },
    { x: 104, y: 50 },
    { x: 103, y: 52 },
    { x: 160, y: 50 },
  ];
  expect(pilesOf(painted, 9)).toEqual([
    { at: { x: 160, y: 50 }, count: 1 },
    { at: { x: 103, y: 52 }, count: 3 },
  ]);
});
