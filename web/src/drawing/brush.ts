// Did the pointer brush a stretch of the line, or only click?
import type { Range } from './scene';

/** A press on the ribbon that has not been let go yet. */
export interface Brush {
  readonly start_px: number;
  readonly from_m: number;
  readonly to_m: number;
  /** True once the pointer has moved so far that it cannot have been meant as a click. */
  readonly brushing: boolean;
}

const CLICK_REACH_PX = 4;

/** The pointer went down. */
export function pressed(x_px: number, chainage_m: number): Brush {
  return { start_px: x_px, from_m: chainage_m, to_m: chainage_m, brushing: false };
}

/** The pointer moved; once brushing, coming back to the start does not make it a click again. */
export function dragged(brush: Brush, x_px: number, chainage_m: number): Brush {
  const far = Math.abs(x_px - brush.start_px) >= CLICK_REACH_PX;
  return { ...brush, to_m: chainage_m, brushing: brush.brushing || far };
}

/** The stretch between start and pointer, in either direction; null while it is only a click. */
export function brushed(brush: Brush): Range | null {
  if (!brush.brushing || brush.from_m === brush.to_m) return null;
  return brush.from_m < brush.to_m ? [brush.from_m, brush.to_m] : [brush.to_m, brush.from_m];
}
