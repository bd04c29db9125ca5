// What is written on the map: kilometres, towns and crossings in both scripts, and the names of the two sides.
// Text is written on a canvas and not by the map library, which joins Sorani letters wrongly.
import { placeAt } from './chainage';
import { drawCrossing } from './glyphs';
import {
  boxRound,
  inside,
  placeLabels,
  type Box,
  type LabelSide,
  type LabelWish,
  type Pixel,
} from './layout';
import type { OverlayScene } from './overlayscene';
import { palette, withOpacity } from './palette';
import { kilometres, roundStep } from './ribbonscale';
import { nameIn, otherName, type Language, type Names, type Range } from './scene';
import { widthOf, write, type TextLook } from './text';

/** One or two lines under one another, each with its look. */
export interface Writing {
  readonly lines: readonly { readonly text: string; readonly look: TextLook }[];
  /** A dot that is drawn only together with its name. */
  readonly dot?: Pixel;
}

type Context = CanvasRenderingContext2D;

/** Sides of a point that a name may stand on, best first. */
export const SIDES: readonly LabelSide[] = ['right', 'left', 'above', 'below'];

const KILOMETRES_APART_PX = 46;
const COUNTRY_GAP_PX = 14;

/** Kilometre figures stand on the far side of the line: obstacles have the home side. */
export function kilometreMarks(
  context: Context,
  scene: OverlayScene,
  visible: Range,
  frame: Box,
  wishes: LabelWish<Writing>[],
): void {
  const step_m = Math.max(roundStep(scene.metresPerPixel * KILOMETRES_APART_PX), 100);
  const first_m = Math.ceil(visible[0] / step_m) * step_m;
  for (let chainage_m = first_m; chainage_m <= visible[1]; chainage_m += step_m) {
    const place = placeAt(scene.line, chainage_m);
    const at = scene.project([place.lon, place.lat]);
    if (!inside(frame, at)) continue;
    const towardsFar = ((place.bearing_deg + 90 * scene.line.homeSign) * Math.PI) / 180;
    const [east, south] = [Math.sin(towardsFar), -Math.cos(towardsFar)];
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(at.x + east * 6, at.y + south * 6);
    context.stroke();
    const look: TextLook = { size_px: 10.5, colour: palette.text, halo: palette.halo };
    const text = kilometres(chainage_m, step_m);
    const [wide, high] = [widthOf(context, text, look), 12];
    const away = 13 + Math.abs(east) * (wide / 2) + Math.abs(south) * (high / 2);
    wishes.push({
      label: { lines: [{ text, look }] },
      rank: 30,
      x: at.x + east * away,
      y: at.y + south * away,
      width: wide,
      height: high,
      gap: -high / 2,
      sides: ['above'],
    });
  }
}

/** Towns as dots and crossing points as gates; their names join the wishes. */
export function places(
  context: Context,
  scene: OverlayScene,
  frame: Box,
  wishes: LabelWish<Writing>[],
  taken: Box[],
): void {
  scene.frontier.places.forEach((place, index) => {
    const at = scene.project([place.lon, place.lat]);
    if (!inside(frame, at) || scene.taken.some((box) => inside(box, at))) return;
    const crossing = place.kind === 'crossing';
    if (crossing) drawCrossing(context, at.x, at.y, 5);
    taken.push(boxRound(at.x, at.y, crossing ? 7 : 2));
    const colour = crossing ? palette.textStrong : palette.text;
    const { lines, width, height } = bothScripts(context, place.names, scene.language, colour);
    wishes.push({
      label: crossing ? { lines } : { lines, dot: at },
      rank: (crossing ? 10 : 20) + index / 1000,
      ...{ ...at, width, height, gap: crossing ? 9 : 6, sides: SIDES },
    });
  });
}

/** A name in the reader's language and, smaller under it, in the other script. */
function bothScripts(
  context: Context,
  names: Names,
  language: Language,
  colour: string,
): { lines: Writing['lines']; width: number; height: number } {
  const first = { text: nameIn(names, language), look: { size_px: 11.5, colour, halo: palette.halo } };
  const other = otherName(names, language);
  const lines =
    other === null
      ? [first]
      : [first, { text: other, look: { size_px: 10, colour: palette.muted, halo: palette.halo } }];
  const width = Math.max(...lines.map(({ text, look }) => widthOf(context, text, look)));
  return { lines, width, height: lines.length === 2 ? 27 : 14 };
}

/** The two sides' names, each at the free place nearest to the middle of the map. */
export function countries(context: Context, scene: OverlayScene, frame: Box, taken: readonly Box[]): void {
  const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  const look: TextLook = { size_px: 15, weight: 500, colour: withOpacity(palette.muted, 0.85) };
  for (const [names, sign] of [
    [scene.frontier.this_side, 1],
    [scene.frontier.that_side, -1],
  ] as const) {
    const other = otherName(names, scene.language);
    const texts = [nameIn(names, scene.language), ...(other === null ? [] : [other])];
    const widths = texts.map((text) => widthOf(context, text, look));
    const width = widths.reduce((sum, one) => sum + one, 0) + COUNTRY_GAP_PX * (texts.length - 1);
    const places = [220, 300, 380, 150].flatMap((away_px) =>
      Array.from({ length: 41 }, (_, index) => {
        const offset_m = scene.metresPerPixel * away_px * sign;
        const place = placeAt(scene.line, (scene.line.length_m * index) / 40, offset_m);
        return scene.project([place.lon, place.lat]);
      }),
    );
    places.sort((one, two) => distance(one, middle) - distance(two, middle));
    for (const at of places) {
      const wish = { label: texts, rank: 0, ...at, width, height: 20, gap: -10, sides: ['above'] as const };
      const box = placeLabels([wish], taken, frame)[0]?.box;
      if (box === undefined) continue;
      let x = box.x;
      texts.forEach((text, index) => {
        write(context, text, x, at.y, look);
        x += widths[index]! + COUNTRY_GAP_PX;
      });
      break;
    }
  }
}

/** Write a placed label, hanging on the side it was given. */
export function writeLines(context: Context, writing: Writing, box: Box, side: LabelSide): void {
  const align = side === 'right' ? 'left' : side === 'left' ? 'right' : 'center';
  const x = side === 'right' ? box.x : side === 'left' ? box.x + box.width : box.x + box.width / 2;
  const step = box.height / writing.lines.length;
  if (writing.dot !== undefined) {
    context.beginPath();
    context.arc(writing.dot.x, writing.dot.y, 2, 0, 2 * Math.PI);
    context.fillStyle = palette.text;
    context.fill();
  }
  writing.lines.forEach(({ text, look }, index) => {
    write(context, text, x, box.y + (index + 0.5) * step, { ...look, align });
  });
}

function distance(one: Pixel, other: Pixel): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
