// Where can labels stand so that none covers another, and what lies under the pointer?
import type { Selection } from './scene';

/** A rectangle in CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point in CSS pixels. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** A label that wants a place beside its anchor; smaller `rank` is placed first. */
export interface LabelWish<Label> {
  readonly label: Label;
  readonly rank: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Distance kept from the anchor, CSS pixels. */
  readonly gap: number;
  /** Sides to try, best first. */
  readonly sides: readonly LabelSide[];
}

export type LabelSide = 'right' | 'left' | 'above' | 'below';

/** Something on a canvas that can be pointed at. */
export interface Target {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly selection: Selection;
}

/** A label with the place it got. */
export interface PlacedLabel<Label> {
  readonly label: Label;
  readonly box: Box;
  readonly side: LabelSide;
}

/**
 * Place labels greedily in order of rank; a label that fits on none of its sides is left out, because two labels on
 * one spot say less than one. `taken` are boxes that no label may cover; labels also stay inside `frame`.
 */
export function placeLabels<Label>(
  wishes: readonly LabelWish<Label>[],
  taken: readonly Box[],
  frame: Box,
): PlacedLabel<Label>[] {
  const boxes: Box[] = [...taken];
  const placed: PlacedLabel<Label>[] = [];
  for (const wish of [...wishes].sort((one, other) => one.rank - other.rank)) {
    for (const side of wish.sides) {
      const box = boxBeside(wish, side);
      if (!contains(frame, box) || boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      placed.push({ label: wish.label, box, side });
      break;
    }
  }
  return placed;
}

/** True if two boxes share ground; touching edges do not count. */
export function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** What is under the pointer: the nearest centre among the targets whose box, grown by `reach_px`, holds it. */
export function targetAt(
  targets: readonly Target[],
  x: number,
  y: number,
  reach_px: number,
): Selection | null {
  let best: { distance: number; selection: Selection } | null = null;
  for (const target of targets) {
    const grown = {
      x: target.x - reach_px,
      y: target.y - reach_px,
      width: target.width + 2 * reach_px,
      height: target.height + 2 * reach_px,
    };
    if (x < grown.x || y < grown.y || x > grown.x + grown.width || y > grown.y + grown.height) continue;
    const distance = Math.hypot(x - target.x - target.width / 2, y - target.y - target.height / 2);
    // the later of two equal ones lies on top
    if (best === null || distance <= best.distance) best = { distance, selection: target.selection };
  }
  return best?.selection ?? null;
}

/** Things that hide one another: how many stand where the topmost of them stands. */
export interface Pile {
  readonly at: Pixel;
  readonly count: number;
}

/** Pile up marks closer than `reach_px` to a mark that is painted later and so lies on top of them. */
export function pilesOf(painted: readonly Pixel[], reach_px: number): readonly Pile[] {
  const piles: { at: Pixel; count: number }[] = [];
  for (const at of [...painted].reverse()) {
    const under = piles.find((pile) => Math.hypot(pile.at.x - at.x, pile.at.y - at.y) < reach_px);
    if (under === undefined) piles.push({ at, count: 1 });
    else under.count += 1;
  }
  return piles;
}

/** True if a point lies in a box. */
export function inside(box: Box, at: Pixel): boolean {
  return at.x >= box.x && at.y >= box.y && at.x <= box.x + box.width && at.y <= box.y + box.height;
}

/** A square box round a point. */
export function boxRound(x: number, y: number, half: number): Box {
  return { x: x - half, y: y - half, width: 2 * half, height: 2 * half };
}

function boxBeside(wish: LabelWish<unknown>, side: LabelSide): Box {
  const { x, y, width, height, gap } = wish;
  if (side === 'right') return { x: x + gap, y: y - height / 2, width, height };
  if (side === 'left') return { x: x - gap - width, y: y - height / 2, width, height };
  if (side === 'above') return { x: x - width / 2, y: y - gap - height, width, height };
  return { x: x - width / 2, y: y + gap, width, height };
}

function contains(frame: Box, box: Box): boolean {
  return (
    box.x >= frame.x &&
    box.y >= frame.y &&
    box.x + box.width <= frame.x + frame.width &&
    box.y + box.height <= frame.y + frame.height
  );
}
