// What does the callout beside the selected track say, and where does it stand?
import { inside, placeLabels, type Box, type LabelSide, type Pixel } from './layout';
import type { OverlayScene } from './overlayscene';
import { palette, withOpacity } from './palette';
import { directionOf, widthOf, write, type TextLook } from './text';

type Context = CanvasRenderingContext2D;

/** A callout with its place. */
export interface Callout {
  readonly box: Box;
  readonly from: Pixel;
  readonly words: readonly string[];
  /** Red only where a crossing is expected. */
  readonly colour: string;
}

const CALLOUT_LINE_PX = 17;
const CALLOUT_HEAD: TextLook = { size_px: 12, weight: 600, colour: palette.textStrong };
const CALLOUT_TEXT: TextLook = { size_px: 11, colour: palette.text };

/** Find the callout's place; null when no track with words is selected and on the screen. */
export function calloutBox(context: Context, scene: OverlayScene, frame: Box): Callout | null {
  const focus = scene.focus;
  const mark = focus === null ? undefined : scene.tracks.marks.get(focus.track);
  if (focus === null || mark === undefined || focus.words.length === 0) return null;
  const from = scene.project([mark.lon, mark.lat]);
  if (!inside(frame, from)) return null;
  const widths = focus.words.map((text, index) =>
    widthOf(context, text, index === 0 ? CALLOUT_HEAD : CALLOUT_TEXT),
  );
  const size = { width: Math.max(...widths) + 22, height: focus.words.length * CALLOUT_LINE_PX + 10 };
  // the far side first: the home side holds obstacles and units
  const sides: LabelSide[] = ['left', 'right', 'above', 'below'];
  const placed = placeLabels(
    [{ label: focus.words, rank: 0, ...from, ...size, gap: 34, sides }],
    scene.taken,
    frame,
  )[0];
  return placed === undefined
    ? null
    : {
        box: placed.box,
        from,
        words: focus.words,
        colour: focus.forecast === null ? palette.muted : palette.priority1,
      };
}

/** Paint it with a line to its track. */
export function paintCallout(context: Context, { box, from, words, colour }: Callout): void {
  const edge = {
    x: Math.min(Math.max(from.x, box.x), box.x + box.width),
    y: Math.min(Math.max(from.y, box.y), box.y + box.height),
  };
  context.setLineDash([]);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(edge.x, edge.y);
  context.stroke();
  context.fillStyle = withOpacity(palette.background, 0.94);
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 3);
  context.fill();
  context.stroke();
  words.forEach((text, index) => {
    const look = index === 0 ? CALLOUT_HEAD : CALLOUT_TEXT;
    const y = box.y + 5 + (index + 0.5) * CALLOUT_LINE_PX;
    const rightToLeft = directionOf(words.join(' ')) === 'rtl';
    const x = rightToLeft ? box.x + box.width - 11 : box.x + 11;
    write(context, text, x, y, { ...look, align: rightToLeft ? 'right' : 'left' });
  });
}
