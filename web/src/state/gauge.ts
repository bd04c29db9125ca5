// How fresh is the page? Counters that a bench reads from window.vallumStore.

/** One binary frame on its way through the page; milliseconds of performance.now(). */
export interface FrameTiming {
  /** Which state of the track cloud the frame made. */
  revision: number;
  time_s: number;
  arrived_ms: number;
  stored_ms: number;
  painted_ms: number | null;
}

export interface StoreGauge {
  messages: number;
  trackFrames: number;
  tracks: number;
  /** Scenario time of the newest frame, unix seconds. */
  lastFrameTime: number;
  /** performance.now() after the newest update of the store, ms. */
  lastStoreUpdate: number;
  /** The newest frames, oldest first; older ones are forgotten so that a night does not fill the memory. */
  frames: FrameTiming[];
}

export const KEPT_FRAMES = 2000;

declare global {
  interface Window {
    vallumReady?: boolean;
    vallumStore?: StoreGauge;
    vallumPauseMap?: (paused?: boolean) => void;
    /** Where a position falls in the map's element, CSS pixels. */
    vallumPixelOf?: (lon: number, lat: number) => { readonly x: number; readonly y: number } | null;
  }
}

export function newGauge(): StoreGauge {
  return { messages: 0, trackFrames: 0, tracks: 0, lastFrameTime: 0, lastStoreUpdate: 0, frames: [] };
}

/** Note a frame that the store has taken, and how many tracks there are now. */
export function noteFrame(gauge: StoreGauge, timing: FrameTiming, tracks: number): void {
  gauge.trackFrames += 1;
  gauge.tracks = tracks;
  gauge.lastFrameTime = timing.time_s;
  gauge.lastStoreUpdate = timing.stored_ms;
  gauge.frames.push(timing);
  if (gauge.frames.length > KEPT_FRAMES) gauge.frames.shift();
}

/** Note that the map has drawn the cloud up to a revision; earlier frames it skipped are drawn with it. */
export function notePainted(gauge: StoreGauge, revision: number, painted_ms: number): void {
  for (let at = gauge.frames.length - 1; at >= 0; at--) {
    const timing = gauge.frames[at] as FrameTiming;
    if (timing.painted_ms !== null) return;
    if (timing.revision <= revision) timing.painted_ms = painted_ms;
  }
}
