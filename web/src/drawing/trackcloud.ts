// What moves right now: the binary track frames of the live socket, and the cloud of tracks they add up to.

export const TRACK_CLASSES = ['unknown', 'person', 'vehicle', 'animal'] as const;
export const TRACK_STATES = ['initiating', 'maintaining', 'stopped', 'dropping', 'terminated'] as const;

export type TrackClass = (typeof TRACK_CLASSES)[number];
export type TrackState = (typeof TRACK_STATES)[number];

/** One track as the map and the ribbon need it. */
export interface TrackMark {
  readonly track: number;
  readonly classification: TrackClass;
  readonly state: TrackState;
  readonly simulated: boolean;
  readonly forecastToCross: boolean;
  readonly onThisSide: boolean;
  readonly inUncertainBand: boolean;
  readonly countHigh: number | null;
  readonly lon: number;
  readonly lat: number;
  readonly speed_m_s: number;
  readonly course_deg: number;
  readonly chainage_m: number;
  readonly offset_m: number;
  readonly sd_m: number;
  readonly quality: number;
  /** Seconds from the frame's time to the expected crossing; null when none is expected. */
  readonly eta_s: number | null;
}

/** One message: what changed, or (full) all there is. */
export interface TrackFrame {
  readonly time_s: number;
  readonly full: boolean;
  readonly tracks: readonly TrackMark[];
}

/** Where a track was at a scenario time. */
export interface TrailPoint {
  readonly time_s: number;
  readonly lon: number;
  readonly lat: number;
}

const VERSION = 1;
const HEADER_BYTES = 16;
const TRACK_BYTES = 44;
const TRAIL_POINTS = 8;
const TRAIL_SPACING_S = 20;

/**
 * Read one binary message (little endian; layout as the server's live socket writes it).
 * Throws with what is wrong: a page that guesses would draw people where nobody is.
 */
export function decodeFrame(buffer: ArrayBuffer): TrackFrame {
  if (buffer.byteLength < HEADER_BYTES) {
    throw new Error(`A track frame has at least ${HEADER_BYTES} bytes; this one has ${buffer.byteLength}.`);
  }
  const view = new DataView(buffer);
  const version = view.getUint8(0);
  if (version !== VERSION) {
    throw new Error(`Track frames have version ${VERSION}; this one says ${version}. Reload the page.`);
  }
  const kind = view.getUint8(1);
  if (kind !== 1 && kind !== 2) throw new Error(`A track frame is of kind 1 or 2; this one says ${kind}.`);
  const count = view.getUint32(4, true);
  const expected = HEADER_BYTES + count * TRACK_BYTES;
  if (buffer.byteLength !== expected) {
    throw new Error(`A frame of ${count} tracks has ${expected} bytes; this one has ${buffer.byteLength}.`);
  }
  const tracks = Array.from({ length: count }, (_, index) =>
    readMark(view, HEADER_BYTES + index * TRACK_BYTES),
  );
  return { time_s: view.getFloat64(8, true), full: kind === 2, tracks };
}

/** All tracks that are alive, with short trails. It changes in place; `revision` says when it did. */
export class TrackCloud {
  readonly marks = new Map<number, TrackMark>();
  /** Scenario time of the newest frame, unix seconds. */
  time_s = 0;
  revision = 0;
  private readonly trails = new Map<number, TrailPoint[]>();

  /** Take one frame; a terminated track leaves, and a full frame drops what it does not name. */
  apply(frame: TrackFrame): void {
    if (frame.full) {
      const named = new Set(frame.tracks.map((mark) => mark.track));
      for (const track of this.marks.keys()) if (!named.has(track)) this.forget(track);
    }
    for (const mark of frame.tracks) {
      if (mark.state === 'terminated') this.forget(mark.track);
      else this.remember(mark, frame.time_s);
    }
    this.time_s = frame.time_s;
    this.revision += 1;
  }

  /** Where the track was before, oldest first; at most a few points, for the dots behind its mark. */
  trail(track: number): readonly TrailPoint[] {
    return this.trails.get(track) ?? [];
  }

  private remember(mark: TrackMark, time_s: number): void {
    this.marks.set(mark.track, mark);
    const trail = this.trails.get(mark.track) ?? [];
    const newest = trail.at(-1);
    if (newest === undefined || time_s - newest.time_s >= TRAIL_SPACING_S) {
      trail.push({ time_s, lon: mark.lon, lat: mark.lat });
      if (trail.length > TRAIL_POINTS) trail.shift();
      this.trails.set(mark.track, trail);
    }
  }

  private forget(track: number): void {
    this.marks.delete(track);
    this.trails.delete(track);
  }
}

function readMark(view: DataView, at: number): TrackMark {
  const classification = TRACK_CLASSES[view.getUint8(at + 4)];
  const state = TRACK_STATES[view.getUint8(at + 5)];
  if (classification === undefined || state === undefined) {
    throw new Error(
      `Track ${view.getUint32(at, true)} has a class or state this page does not know. Reload the page.`,
    );
  }
  const flags = view.getUint8(at + 6);
  const count = view.getUint8(at + 7);
  const number = (index: number): number => view.getFloat32(at + 8 + index * 4, true);
  const eta_s = number(8);
  return {
    track: view.getUint32(at, true),
    classification,
    state,
    simulated: (flags & 1) !== 0,
    forecastToCross: (flags & 2) !== 0,
    onThisSide: (flags & 4) !== 0,
    inUncertainBand: (flags & 8) !== 0,
    countHigh: count === 0 ? null : count,
    lon: number(0),
    lat: number(1),
    speed_m_s: number(2),
    course_deg: number(3),
    chainage_m: number(4),
    offset_m: number(5),
    sd_m: number(6),
    quality: number(7),
    eta_s: eta_s < 0 ? null : eta_s,
  };
}
