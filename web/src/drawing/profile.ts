// Does the line of sight clear the ground between two places? The ground is drawn as light sees it: lowered by the earth's
// curve less refraction, so that the line of sight is straight.
import type { ProfileShape } from '../api/sight';
import type { Figure, Mark, PathMark } from './figure';
import type { Pixel } from './layout';
import { palette } from './palette';
import { roundStep } from './ribbonscale';
import type { TextLook } from './text';

/** The words of the chart, in the page's language. */
export interface ProfileWords {
  readonly ground: string;
  readonly flat: string;
  readonly line: string;
  /** Null where nothing is hidden. */
  readonly hidden: string | null;
  readonly error: string;
  /** What runs along the bottom, "km from the first place". */
  readonly distance: string;
  /** What runs up the side, "m". */
  readonly height: string;
  /** How far the line clears the ground where it is nearest, such as "-3.2 m". */
  readonly clearance: string;
  /** Where it comes from, one line each: it goes with every picture that leaves the page. */
  readonly sources: readonly string[];
}

export interface ProfileSize {
  readonly width: number;
  readonly height: number;
  readonly rightToLeft: boolean;
  /** Width of a text of the legend in CSS pixels. */
  readonly measure: (text: string) => number;
}

// Between these 8 of 10 true heights lie, if errors are normal: the same 10 to 90 per cent as on the lane.
export const BAND_SD = 1.2816;
const LEFT_PX = 52;
const RIGHT_PX = 14;
const LEGEND_PX = 18;
const SAMPLE_PX = 18;
const AXIS_PX = 36;
const SOURCE_PX = 15;
const UNIT: TextLook = { size_px: 11, colour: palette.muted, align: 'right' };
const TICK: TextLook = { size_px: 11, colour: palette.muted };

/** Where along the profile the line first runs into the ground, metres; null when it does not. */
export function firstHidden_m(profile: ProfileShape): number | null {
  if (profile.visible) return null;
  const hit = profile.distance_m.findIndex(
    (_, index) => index > 0 && profile.line_m[index]! < profile.apparent_ground_m[index]!,
  );
  return hit < 0 ? profile.at_m : profile.distance_m[hit]!;
}

/** How much of the way the line runs free, 0 to 1: all of it where nothing hides the far end. */
export function seenShare(profile: ProfileShape): number {
  const long_m = profile.distance_m.at(-1) ?? 0;
  const hidden_m = firstHidden_m(profile);
  return hidden_m === null || long_m === 0 ? 1 : hidden_m / long_m;
}

/** From metres to pixels of a chart, with the round values to write beside it. */
export interface ProfileScale {
  readonly x: (distance_m: number) => number;
  readonly y: (height_m: number) => number;
  readonly distances_m: readonly number[];
  readonly heights_m: readonly number[];
  readonly bottom: number;
}

/** Fit a profile with its error band and its line between so many lines of legend and of sources. */
export function profileScale(
  profile: ProfileShape,
  { width, height }: Pick<ProfileSize, 'width' | 'height'>,
  legendRows: number,
  sources: number,
): ProfileScale {
  const { distance_m, apparent_ground_m, ground_m, line_m, sd_m } = profile;
  const [top, bottom] = [(legendRows + 1.4) * LEGEND_PX, height - AXIS_PX - sources * SOURCE_PX];
  const long_m = Math.max(distance_m.at(-1) ?? 0, 1);
  const least = Math.min(
    ...apparent_ground_m.map((value, index) => value - BAND_SD * sd_m[index]!),
    ...line_m,
  );
  const most = Math.max(
    ...apparent_ground_m.map((value, index) => value + BAND_SD * sd_m[index]!),
    ...ground_m,
    ...line_m,
  );
  const step_m = roundStep(Math.max((most - least) / Math.max(2, (bottom - top) / 34), 0.1));
  const [from_m, to_m] = [Math.floor(least / step_m) * step_m, Math.ceil(most / step_m) * step_m];
  const along_m = roundStep(long_m / Math.max(2, (width - LEFT_PX - RIGHT_PX) / 90));
  return {
    x: (at_m) => LEFT_PX + (at_m / long_m) * (width - LEFT_PX - RIGHT_PX),
    y: (height_m) => bottom - ((height_m - from_m) / Math.max(to_m - from_m, step_m)) * (bottom - top),
    distances_m: steps(0, long_m, along_m),
    heights_m: steps(from_m, to_m, step_m),
    bottom,
  };
}

/** The whole chart as marks. */
export function profileFigure(profile: ProfileShape, size: ProfileSize, words: ProfileWords): Figure {
  const explained = legend(size, words);
  const told = words.sources.flatMap((text) => wrapped(text, size));
  const scale = profileScale(profile, size, explained.rows, told.length);
  const { x, y, bottom } = scale;
  const at = (values: readonly number[]): Pixel[] =>
    values.map((value, index) => ({ x: x(profile.distance_m[index]!), y: y(value) }));
  const apparent = at(profile.apparent_ground_m);
  const edge = (side: 1 | -1): Pixel[] =>
    at(profile.apparent_ground_m.map((value, index) => value + side * BAND_SD * profile.sd_m[index]!));
  const [first, last] = [apparent[0], apparent.at(-1)];
  const marks: Mark[] = [...axes(scale, size, words, explained.rows)];
  if (first !== undefined && last !== undefined) {
    const floor = [
      { x: last.x, y: bottom },
      { x: first.x, y: bottom },
    ];
    marks.push(
      { kind: 'path', points: [...apparent, ...floor], fill: { colour: palette.panelEdge, opacity: 0.75 } },
      {
        kind: 'path',
        points: [...edge(1), ...edge(-1).reverse()],
        fill: { colour: palette.uncertainty, opacity: 0.28 },
      },
      { kind: 'path', points: at(profile.ground_m), stroke: FLAT },
      { kind: 'path', points: apparent, stroke: GROUND },
      ...sight(profile, scale),
      ...clearance(profile, scale, size, words),
    );
  }
  marks.push(...explained.marks, ...sources(size, told));
  return { width: size.width, height: size.height, background: palette.background, marks };
}

const FLAT = { colour: palette.muted, width: 1, dash: [2, 3] } as const;
const GROUND = { colour: palette.text, width: 1.5 } as const;
const SEEN = { colour: palette.live, width: 2 } as const;
const HIDDEN = { colour: palette.lost, width: 2, dash: [6, 4] } as const;

/** The line of sight, broken where the ground hides what lies beyond; and what stands at its ends. */
function sight(profile: ProfileShape, { x, y }: ProfileScale): Mark[] {
  const { distance_m, line_m, ground_m, apparent_ground_m } = profile;
  const [near, far] = [0, distance_m.length - 1];
  const end = (index: number): Pixel => ({ x: x(distance_m[index]!), y: y(line_m[index]!) });
  const foot = (index: number): Pixel => ({
    x: x(distance_m[index]!),
    y: y(Math.min(ground_m[index]!, apparent_ground_m[index]!)),
  });
  const share = seenShare(profile);
  const [from, to] = [end(near), end(far)];
  const until = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  return [
    ...[near, far].map((index): Mark => ({ kind: 'path', points: [foot(index), end(index)], stroke: POST })),
    { kind: 'path', points: [from, until], stroke: SEEN },
    ...(share === 1 ? [] : ([{ kind: 'path', points: [until, to], stroke: HIDDEN }] satisfies Mark[])),
  ];
}

const POST = { colour: palette.textStrong, width: 2.5 } as const;

/** Where ground and line come nearest, and by how much. */
function clearance(
  profile: ProfileShape,
  { x, y }: ProfileScale,
  { width }: ProfileSize,
  words: ProfileWords,
): Mark[] {
  const index = nearestIndex(profile.distance_m, profile.at_m);
  const [ground_y, line_y] = [y(profile.apparent_ground_m[index]!), y(profile.line_m[index]!)];
  const at_x = x(profile.at_m);
  const colour = profile.visible ? palette.textStrong : palette.lost;
  const beside = at_x > width - 110 ? -1 : 1;
  return [
    {
      kind: 'path',
      points: [
        { x: at_x, y: ground_y },
        { x: at_x, y: line_y },
      ],
      stroke: { colour, width: 1.5 },
    },
    {
      kind: 'text',
      text: words.clearance,
      x: at_x + beside * 6,
      y: Math.min(ground_y, line_y) - 9,
      look: {
        ...{ size_px: 12, weight: 600, colour, halo: palette.background },
        align: beside > 0 ? 'left' : 'right',
      },
    },
  ];
}

function axes(
  scale: ProfileScale,
  { width, rightToLeft }: ProfileSize,
  words: ProfileWords,
  legendRows: number,
): Mark[] {
  const { x, y, bottom, distances_m, heights_m } = scale;
  const step_m = (heights_m[1] ?? 1) - (heights_m[0] ?? 0);
  const along_m = distances_m[1] ?? 1000;
  const grid = { colour: palette.panelEdge, width: 1 };
  return [
    ...heights_m.flatMap((height_m): Mark[] => [
      {
        kind: 'path',
        points: [
          { x: LEFT_PX, y: y(height_m) },
          { x: width - RIGHT_PX, y: y(height_m) },
        ],
        stroke: grid,
      },
      {
        kind: 'text',
        text: height_m.toFixed(step_m < 1 ? 1 : 0),
        x: LEFT_PX - 6,
        y: y(height_m),
        look: { ...TICK, align: 'right' },
      },
    ]),
    ...distances_m.map((distance_m): Mark => ({
      kind: 'text',
      text: (distance_m / 1000).toFixed(along_m < 100 ? 2 : along_m < 1000 ? 1 : 0),
      x: x(distance_m),
      y: bottom + 10,
      look: { ...TICK, align: 'center' },
    })),
    {
      kind: 'text',
      text: words.distance,
      x: rightToLeft ? width - RIGHT_PX : LEFT_PX,
      y: bottom + 25,
      look: { ...TICK, align: rightToLeft ? 'right' : 'left' },
    },
    { kind: 'text', text: words.height, x: LEFT_PX - 6, y: (legendRows + 0.5) * LEGEND_PX, look: UNIT },
  ];
}

type Entry = [text: string, swatch: (left: number, y: number) => Mark];

const hiddenEntry = (text: string): Entry => [text, (left, y) => sample(left, y, HIDDEN)];

/** What each line means, in as many rows as it needs, from the side on which the language begins. */
function legend(size: ProfileSize, words: ProfileWords): { marks: Mark[]; rows: number } {
  const entries: Entry[] = [
    [words.line, (left, y) => sample(left, y, SEEN)],
    ...(words.hidden === null ? [] : [hiddenEntry(words.hidden)]),
    [words.ground, (left, y) => sample(left, y, GROUND)],
    [words.flat, (left, y) => sample(left, y, FLAT)],
    [words.error, patch],
  ];
  const { width, rightToLeft } = size;
  const room_px = width - LEFT_PX - RIGHT_PX;
  const marks: Mark[] = [];
  let [row, used] = [0, 0];
  for (const [text, swatch] of entries) {
    const wide = SAMPLE_PX + 6 + size.measure(text);
    if (used > 0 && used + wide > room_px) [row, used] = [row + 1, 0];
    const y = (row + 0.6) * LEGEND_PX;
    const left = rightToLeft ? width - RIGHT_PX - used - SAMPLE_PX : LEFT_PX + used;
    const look: TextLook = { size_px: 11, colour: palette.text, align: rightToLeft ? 'right' : 'left' };
    const x = rightToLeft ? left - 6 : left + SAMPLE_PX + 6;
    marks.push(swatch(left, y), { kind: 'text', text, x, y, look });
    used += wide + 16;
  }
  return { marks, rows: row + 1 };
}

function sample(left: number, y: number, stroke: NonNullable<PathMark['stroke']>): Mark {
  return {
    kind: 'path',
    points: [
      { x: left, y },
      { x: left + SAMPLE_PX, y },
    ],
    stroke,
  };
}

function patch(left: number, y: number): Mark {
  const corners: [number, number][] = [
    [0, -5],
    [SAMPLE_PX, -5],
    [SAMPLE_PX, 5],
    [0, 5],
  ];
  return {
    kind: 'path',
    points: corners.map(([dx, dy]) => ({ x: left + dx, y: y + dy })),
    fill: { colour: palette.uncertainty, opacity: 0.4 },
  };
}

/** A text in as many lines as it needs: where it comes from is never cut off. */
function wrapped(text: string, { width, measure }: ProfileSize): string[] {
  const room_px = width - LEFT_PX - RIGHT_PX;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && measure(longer) <= room_px) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function sources({ width, height, rightToLeft }: ProfileSize, lines: readonly string[]): Mark[] {
  return lines.map((text, index) => ({
    kind: 'text',
    text,
    x: rightToLeft ? width - RIGHT_PX : LEFT_PX,
    y: height - (lines.length - index - 0.5) * SOURCE_PX,
    look: { size_px: 10.5, colour: palette.muted, align: rightToLeft ? 'right' : 'left' },
  }));
}

function steps(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function nearestIndex(values: readonly number[], wanted: number): number {
  let best = 0;
  values.forEach((value, index) => {
    if (Math.abs(value - wanted) < Math.abs(values[best]! - wanted)) best = index;
  });
  return best;
}
