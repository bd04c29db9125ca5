// What stands, watches and happens where along the line: the ribbon by chainage.
import { brushed, dragged, pressed, type Brush } from './brush';
import { clamp } from './chainage';
import { targetAt } from './layout';
import { responsibleStretches, stretchInFull } from './responsible';
import { lanesOf, paintRibbon, type RibbonState } from './ribbonpaint';
import { chainageOf, moved, windowRound, zoomed, type RibbonScale } from './ribbonscale';
import type { DrawingWords, Language, Range, Selection } from './scene';
import { createSurface } from './surface';
import type { Target } from './layout';

export type { RibbonState } from './ribbonpaint';

export interface RibbonOptions {
  readonly language: Language;
  readonly words: DrawingWords;
  readonly onSelect: (selection: Selection | null) => void;
  /** A stretch was brushed; null when the brush was taken away. */
  readonly onRange: (range: Range | null) => void;
  /** Chainage under the pointer, for the map's cross mark; null when it left. */
  readonly onHover: (chainage_m: number | null) => void;
}

export interface Ribbon {
  readonly draw: (state: RibbonState) => void;
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  readonly destroy: () => void;
}

const LABELS_PX = 112;
const MARGIN_PX = 14;
const ZOOM_STEP = 1.25;

/**
 * Draw the ribbon on a canvas. Drag brushes a stretch; a click selects, or outside the stretch takes it away; the wheel
 * zooms about the pointer (sideways or with shift: moves); a double click shows the stretch, outside of it all. With the
 * keyboard: + and - zoom, arrows move, Home shows all, Escape takes the stretch away.
 */
export function createRibbon(canvas: HTMLCanvasElement, options: RibbonOptions): Ribbon {
  let { language, words } = options;
  let state: RibbonState | null = null;
  let view: Range | null = null;
  let targets: readonly Target[] = [];
  let brush: Brush | null = null;

  const surface = createSurface(canvas, (context, width, height) => {
    if (state === null) return;
    const range = (brush === null ? null : brushed(brush)) ?? state.range;
    const drawn = { ...state, range };
    targets = paintRibbon(context, drawn, {
      scale: scale(),
      lanes: lanesOf(height, drawn.holding !== null),
      width,
      height,
      labels_px: LABELS_PX,
      language,
      words,
    });
  });

  const length_m = (): number => state?.frontier.map_length_m ?? 1;
  const whole = (): Range => [0, length_m()];
  const scale = (): RibbonScale => {
    const { width } = surface.size();
    const left_px = language === 'en' ? LABELS_PX : MARGIN_PX;
    return { window: view ?? whole(), left_px, width_px: Math.max(1, width - LABELS_PX - MARGIN_PX) };
  };
  const show = (window: Range): void => {
    view = window[1] - window[0] >= length_m() ? null : window;
    surface.redraw();
  };
  const inRange = (event: MouseEvent): boolean => {
    const range = state?.range ?? null;
    const at_m = chainageOf(scale(), event.offsetX);
    return range !== null && at_m >= range[0] && at_m <= range[1];
  };
  const span = (): number => scale().window[1] - scale().window[0];

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || state === null) return;
    canvas.setPointerCapture(event.pointerId);
    brush = pressed(event.offsetX, chainageOf(scale(), event.offsetX));
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (state === null) return;
    const at_m = chainageOf(scale(), event.offsetX);
    options.onHover(at_m);
    if (brush === null) {
      const under = targetAt(targets, event.offsetX, event.offsetY, 3);
      canvas.style.cursor = under === null ? 'crosshair' : 'pointer';
      canvas.title = under?.kind === 'section' ? sectionInFull(at_m) : '';
      return;
    }
    brush = dragged(brush, event.offsetX, at_m);
    surface.redraw();
  };
  const sectionInFull = (at_m: number): string => {
    if (state === null) return '';
    const { frontier } = state;
    const found = responsibleStretches(frontier).find(({ from_m, to_m }) => from_m <= at_m && at_m <= to_m);
    return found === undefined ? '' : stretchInFull(frontier, found, language);
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (brush === null) return;
    const ended = brush;
    brush = null;
    surface.redraw();
    if (ended.brushing) {
      const range = brushed(ended);
      if (range !== null) options.onRange(range);
      return;
    }
    const selection = targetAt(targets, event.offsetX, event.offsetY, 3);
    if (selection !== null) options.onSelect(selection);
    else if (!inRange(event)) options.onRange(null);
  };
  const onPointerLeave = (): void => options.onHover(null);
  const onPointerCancel = (): void => {
    brush = null;
    surface.redraw();
  };
  const onWheel = (event: WheelEvent): void => {
    if (state === null) return;
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (sideways !== 0) {
      show(moved(scale().window, (sideways / scale().width_px) * span(), length_m()));
    } else {
      const factor = ZOOM_STEP ** clamp(event.deltaY / 100, -3, 3);
      show(zoomed(scale().window, chainageOf(scale(), event.offsetX), factor, length_m()));
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    if (state === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const middle_m = (scale().window[0] + scale().window[1]) / 2;
    const acts: Record<string, () => void> = {
      '+': () => show(zoomed(scale().window, middle_m, 1 / ZOOM_STEP, length_m())),
      '-': () => show(zoomed(scale().window, middle_m, ZOOM_STEP, length_m())),
      ArrowLeft: () => show(moved(scale().window, -span() / 10, length_m())),
      ArrowRight: () => show(moved(scale().window, span() / 10, length_m())),
      Home: () => show(whole()),
      Escape: () => options.onRange(null),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const range = state?.range ?? null;
    show(range !== null && inRange(event) ? windowRound(range, length_m()) : whole());
  };

  canvas.style.touchAction = 'none';
  const listeners = new AbortController();
  const { signal } = listeners;
  canvas.addEventListener('pointerdown', onPointerDown, { signal });
  canvas.addEventListener('pointermove', onPointerMove, { signal });
  canvas.addEventListener('pointerup', onPointerUp, { signal });
  canvas.addEventListener('pointerleave', onPointerLeave, { signal });
  canvas.addEventListener('pointercancel', onPointerCancel, { signal });
  canvas.addEventListener('wheel', onWheel, { signal, passive: false });
  canvas.addEventListener('keydown', onKey, { signal });
  canvas.addEventListener('dblclick', onDoubleClick, { signal });

  return {
    draw: (next) => {
      state = next;
      surface.redraw();
    },
    setLanguage: (nextLanguage, nextWords) => {
      language = nextLanguage;
      words = nextWords;
      surface.redraw();
    },
    destroy: () => {
      listeners.abort();
      surface.destroy();
    },
  };
}
