// How does a canvas stay sharp and the size of its box, and draw once per frame however often it is asked?

export interface Surface {
  /** Ask for a drawing in the next animation frame. */
  readonly redraw: () => void;
  /** Draw at once, in the frame that is being drawn. */
  readonly drawNow: () => void;
  readonly size: () => { readonly width: number; readonly height: number };
  readonly destroy: () => void;
}

/** Keep a canvas at its CSS size times the device pixel ratio and call `paint` with CSS pixels. */
export function createSurface(
  canvas: HTMLCanvasElement,
  paint: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): Surface {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no 2D canvas; the page cannot draw its charts.');
  let asked = 0;

  const draw = (): void => {
    asked = 0;
    const { width, height } = size();
    const ratio = window.devicePixelRatio;
    const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (pixelsWide === 0 || pixelsHigh === 0) return;
    if (canvas.width !== pixelsWide) canvas.width = pixelsWide;
    if (canvas.height !== pixelsHigh) canvas.height = pixelsHigh;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    paint(context, width, height);
  };
  const redraw = (): void => {
    if (asked === 0) asked = requestAnimationFrame(draw);
  };
  const size = (): { width: number; height: number } => ({
    width: canvas.clientWidth,
    height: canvas.clientHeight,
  });

  const watcher = new ResizeObserver(redraw);
  watcher.observe(canvas);
  // text drawn before its font has come is drawn again when it is there
  document.fonts.addEventListener('loadingdone', redraw);
  redraw();
  return {
    redraw,
    drawNow: draw,
    size,
    destroy: () => {
      cancelAnimationFrame(asked);
      watcher.disconnect();
      document.fonts.removeEventListener('loadingdone', redraw);
    },
  };
}
