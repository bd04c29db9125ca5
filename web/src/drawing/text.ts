// How is text written on a canvas, in three languages and two directions?

/** Latin first, so that chainages and times keep one look in every language. */
export const FONT_FAMILY = '"Noto Sans", "Noto Sans Arabic", system-ui, sans-serif';

export type Weight = 400 | 500 | 600;

export interface TextLook {
  readonly size_px: number;
  readonly colour: string;
  readonly weight?: Weight;
  /** Physical side of `x` the text hangs on; a canvas would otherwise flip it with the page's direction. */
  readonly align?: 'left' | 'right' | 'center';
  /** Colour of the rim that keeps text readable on busy ground. */
  readonly halo?: string;
}

const RIGHT_TO_LEFT = /\p{Script=Arabic}/u;

/** Direction of a text: right to left if it holds an Arabic or Sorani letter, for a Latin id may lead such a line. */
export function directionOf(text: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(text) ? 'rtl' : 'ltr';
}

/** The CSS font of a look. */
export function fontOf(look: Pick<TextLook, 'size_px' | 'weight'>): string {
  return `${look.weight ?? 400} ${look.size_px}px ${FONT_FAMILY}`;
}

/** Width of a text in CSS pixels. */
export function widthOf(context: CanvasRenderingContext2D, text: string, look: TextLook): number {
  context.font = fontOf(look);
  return context.measureText(text).width;
}

/** Write one line, vertically centred on `y`; direction comes from the text, never from the page. */
export function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  look: TextLook,
): void {
  context.font = fontOf(look);
  context.direction = directionOf(text);
  context.textAlign = look.align ?? 'left';
  context.textBaseline = 'middle';
  if (look.halo !== undefined) {
    context.strokeStyle = look.halo;
    context.lineWidth = 2.5;
    context.lineJoin = 'round';
    context.strokeText(text, x, y);
  }
  context.fillStyle = look.colour;
  context.fillText(text, x, y);
}

/** Write one line, shortened with an ellipsis to a width; nothing at all when not even two letters fit. */
export function writeWithin(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  width_px: number,
  look: TextLook,
): void {
  if (widthOf(context, text, look) <= width_px) {
    write(context, text, x, y, look);
    return;
  }
  const letters = [...text];
  while (letters.length > 2) {
    letters.pop();
    const shorter = `${letters.join('').trimEnd()}…`;
    if (widthOf(context, shorter, look) <= width_px) {
      write(context, shorter, x, y, look);
      return;
    }
  }
}
