// How does one chart come out the same on the page, as SVG and as PNG? As a list of marks that either can draw.
import { withOpacity } from './palette';
import { directionOf, FONT_FAMILY, write, type TextLook } from './text';
import type { Pixel } from './layout';

export interface PathMark {
  readonly kind: 'path';
  readonly points: readonly Pixel[];
  readonly fill?: { readonly colour: string; readonly opacity: number };
  readonly stroke?: { readonly colour: string; readonly width: number; readonly dash?: readonly number[] };
}

export interface TextMark {
  readonly kind: 'text';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly look: TextLook;
}

export type Mark = PathMark | TextMark;

/** A drawing of a size, CSS pixels; later marks lie on top. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly marks: readonly Mark[];
}

/** Draw a figure on a canvas of its size. */
export function paintFigure(context: CanvasRenderingContext2D, figure: Figure): void {
  context.fillStyle = figure.background;
  context.fillRect(0, 0, figure.width, figure.height);
  for (const mark of figure.marks) {
    if (mark.kind === 'text') write(context, mark.text, mark.x, mark.y, mark.look);
    else paintPath(context, mark);
  }
}

function paintPath(context: CanvasRenderingContext2D, { points, fill, stroke }: PathMark): void {
  context.beginPath();
  points.forEach(({ x, y }, index) => {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (fill !== undefined) {
    context.fillStyle = withOpacity(fill.colour, fill.opacity);
    context.fill();
  }
  if (stroke !== undefined) {
    context.setLineDash([...(stroke.dash ?? [])]);
    context.strokeStyle = stroke.colour;
    context.lineWidth = stroke.width;
    context.lineJoin = 'round';
    context.stroke();
    context.setLineDash([]);
  }
}

/** Write a figure as SVG, for papers: sharp at every size, and its words stay words. */
export function svgOf(figure: Figure, title: string): string {
  const { width, height, background, marks } = figure;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(FONT_FAMILY)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${background}"/>`,
    ...marks.map((mark) => (mark.kind === 'text' ? textElement(mark) : pathElement(mark))),
    '</svg>',
    '',
  ].join('\n');
}

/** A figure as a PNG, at so many pixels for each CSS pixel. */
export function pngOf(figure: Figure, ratio: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(figure.width * ratio);
  canvas.height = Math.round(figure.height * ratio);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no 2D canvas; save the figure as SVG.');
  context.scale(ratio, ratio);
  paintFigure(context, figure);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('This browser could not write the PNG; save the figure as SVG.'));
      else resolve(blob);
    }, 'image/png');
  });
}

function pathElement({ points, fill, stroke }: PathMark): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const looks = [
    fill === undefined ? 'fill="none"' : `fill="${fill.colour}" fill-opacity="${fill.opacity}"`,
    ...(stroke === undefined ? [] : [`stroke="${stroke.colour}" stroke-width="${stroke.width}"`]),
    ...(stroke?.dash === undefined ? [] : [`stroke-dasharray="${stroke.dash.join(' ')}"`]),
  ];
  return `<path d="${path}" ${looks.join(' ')}/>`;
}

function textElement({ text, x, y, look }: TextMark): string {
  const direction = directionOf(text);
  const [near, far] = direction === 'rtl' ? ['end', 'start'] : ['start', 'end'];
  const anchor = { left: near, right: far, center: 'middle' }[look.align ?? 'left'];
  const looks = [
    `x="${round(x)}" y="${round(y)}" dominant-baseline="central" direction="${direction}" text-anchor="${anchor}"`,
    `font-size="${look.size_px}" font-weight="${look.weight ?? 400}" fill="${look.colour}"`,
  ];
  return `<text ${looks.join(' ')}>${escaped(text)}</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
