// When was what: twenty-four hours round now, night and alarms on them.
import { targetAt, type Target } from './layout';
import { palette, priorityColour, withOpacity } from './palette';
import type { Alarm, DrawingWords, Language, Selection } from './scene';
import { createSurface } from './surface';
import { write, writeWithin } from './text';

/** What the time bar shows; times are unix seconds of the scenario clock. */
export interface TimeBarState {
  readonly now_s: number;
  /** IANA name of the zone the hours are written in. */
  readonly zone: string;
  readonly sunset_s: number | null;
  readonly sunrise_s: number | null;
  readonly alarms: readonly Alarm[];
  readonly selection: Selection | null;
}

export interface TimeBarOptions {
  readonly language: Language;
  readonly words: DrawingWords;
  readonly onSelect: (selection: Selection | null) => void;
}

export interface TimeBar {
  readonly draw: (state: TimeBarState) => void;
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  readonly destroy: () => void;
}

const DAY_S = 86_400;
const HOUR_S = 3_600;
const LABELS_PX = 112;
const MARGIN_PX = 14;
const TICK_HEIGHT: Record<1 | 2 | 3, number> = { 1: 16, 2: 12, 3: 8 };

/** Noon to noon, local time, round a moment: a night is never cut in two. */
export function nightWindow(now_s: number, zone: string): readonly [from_s: number, to_s: number] {
  const since_noon_s = (localSeconds(now_s, zone) - DAY_S / 2 + DAY_S) % DAY_S;
  return [now_s - since_noon_s, now_s - since_noon_s + DAY_S];
}

/** Draw the time bar on a canvas; a click on an alarm's tick selects the alarm. */
export function createTimeBar(canvas: HTMLCanvasElement, options: TimeBarOptions): TimeBar {
  let { language, words } = options;
  let state: TimeBarState | null = null;
  let targets: readonly Target[] = [];

  const surface = createSurface(canvas, (context, width, height) => {
    if (state !== null) targets = paint(context, state, { width, height, language, words });
  });
  const listeners = new AbortController();
  canvas.addEventListener(
    'click',
    (event) => {
      const selection = targetAt(targets, event.offsetX, event.offsetY, 4);
      if (selection !== null) options.onSelect(selection);
    },
    { signal: listeners.signal },
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const over = targetAt(targets, event.offsetX, event.offsetY, 4) !== null;
      canvas.style.cursor = over ? 'pointer' : 'default';
    },
    { signal: listeners.signal },
  );
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

interface BarFrame {
  readonly width: number;
  readonly height: number;
  readonly language: Language;
  readonly words: DrawingWords;
}

function paint(context: CanvasRenderingContext2D, state: TimeBarState, frame: BarFrame): Target[] {
  const { width, height, language, words } = frame;
  const rightToLeft = language !== 'en';
  const left = rightToLeft ? MARGIN_PX : LABELS_PX;
  const wide = Math.max(1, width - LABELS_PX - MARGIN_PX);
  const [from_s, to_s] = nightWindow(state.now_s, state.zone);
  const pixel = (time_s: number): number => left + ((time_s - from_s) / (to_s - from_s)) * wide;
  const base = Math.round(height * 0.55) + 0.5;

  writeWithin(context, words.time, rightToLeft ? width - 12 : 12, height / 2, LABELS_PX - 18, {
    size_px: 11,
    colour: palette.muted,
    align: rightToLeft ? 'right' : 'left',
  });
  const night = nightWithin(state, from_s, to_s);
  if (night !== null) {
    context.fillStyle = palette.night;
    context.fillRect(pixel(night[0]), 3, pixel(night[1]) - pixel(night[0]), height - 6);
  }
  context.fillStyle = palette.faint;
  context.fillRect(left, base, wide, 1);
  context.fillStyle = palette.muted;
  context.fillRect(left, base, Math.max(0, pixel(state.now_s) - left), 1.5);
  const hours = wide < 700 ? 3 : 2;
  for (let hour = 0; hour <= 24; hour += 1) {
    const x = Math.round(pixel(from_s + hour * HOUR_S));
    const labelled = hour % hours === 0;
    context.fillStyle = palette.faint;
    context.fillRect(x, base, 1, labelled ? 5 : 3);
    if (!labelled || hour === 24) continue;
    write(context, `${String((12 + hour) % 24).padStart(2, '0')}`, x + 4, height - 8, {
      size_px: 9.5,
      colour: palette.muted,
    });
  }
  const targets = paintAlarms(context, state, pixel, base, [from_s, to_s]);
  paintNow(context, pixel(state.now_s), base, height);
  return targets;
}

function paintAlarms(
  context: CanvasRenderingContext2D,
  state: TimeBarState,
  pixel: (time_s: number) => number,
  base: number,
  window: readonly [number, number],
): Target[] {
  const shown = [...state.alarms].sort((one, other) => other.priority - one.priority);
  return shown.flatMap((row): Target[] => {
    const raised_s = Date.parse(row.raised_at) / 1000;
    if (raised_s < window[0] || raised_s > window[1]) return [];
    const x = pixel(raised_s);
    const tall = TICK_HEIGHT[row.priority];
    const selected = state.selection?.kind === 'alarm' && state.selection.id === row.alarm_id;
    context.globalAlpha = row.state === 'unacknowledged' || selected ? 1 : 0.6;
    context.fillStyle = priorityColour(row.priority);
    context.fillRect(x - (selected ? 1.5 : 1), base - tall, selected ? 3 : 2, tall);
    context.globalAlpha = 1;
    return [
      { x: x - 2, y: base - tall, width: 4, height: tall, selection: { kind: 'alarm', id: row.alarm_id } },
    ];
  });
}

function paintNow(context: CanvasRenderingContext2D, x: number, base: number, height: number): void {
  context.fillStyle = withOpacity(palette.live, 0.5);
  context.fillRect(Math.round(x), 3, 1, height - 6);
  context.fillStyle = palette.live;
  context.beginPath();
  context.arc(x, base, 4.5, 0, 2 * Math.PI);
  context.fill();
}

/** The part of the night inside the window; sunset and sunrise may be given for either day. */
function nightWithin(state: TimeBarState, from_s: number, to_s: number): readonly [number, number] | null {
  if (state.sunset_s === null || state.sunrise_s === null) return null;
  const into = (time_s: number): number => from_s + ((((time_s - from_s) % DAY_S) + DAY_S) % DAY_S);
  const [sunset_s, sunrise_s] = [into(state.sunset_s), into(state.sunrise_s)];
  return sunset_s < sunrise_s && sunrise_s <= to_s ? [sunset_s, sunrise_s] : null;
}

function localSeconds(time_s: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium', hourCycle: 'h23' });
  const [hour, minute, second] = format
    .format(time_s * 1000)
    .split(':')
    .map(Number) as [number, number, number];
  return hour * HOUR_S + minute * 60 + second + (time_s % 1);
}
