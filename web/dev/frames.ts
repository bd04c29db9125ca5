// How does the stand-in write track frames? The other half of what the page decodes.
import type { Schemas } from '../src/api/client.ts';

type Track = Schemas['TrackShape'];

const CLASSES = ['unknown', 'person', 'vehicle', 'animal'] as const;
const STATES = ['initiating', 'maintaining', 'stopped', 'dropping', 'terminated'] as const;
const HEADER_BYTES = 16;
const TRACK_BYTES = 44;

/** Write tracks as one binary frame of the live socket; `full` says that all others are gone. */
export function encodeTracks(tracks: readonly Track[], now_s: number, full: boolean): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + tracks.length * TRACK_BYTES);
  frame[0] = 1;
  frame[1] = full ? 2 : 1;
  frame.writeUInt32LE(tracks.length, 4);
  frame.writeDoubleLE(now_s, 8);
  tracks.forEach((track, i) => {
    const at = HEADER_BYTES + i * TRACK_BYTES;
    const forecast = track.forecast ?? null;
    frame.writeUInt32LE(track.track, at);
    frame[at + 4] = CLASSES.indexOf(track.classification);
    frame[at + 5] = STATES.indexOf(track.state);
    frame[at + 6] =
      (track.simulated ? 1 : 0) |
      (forecast === null ? 0 : 2) |
      (track.side === 'this side' ? 4 : 0) |
      (track.side === 'uncertain band' ? 8 : 0);
    frame[at + 7] = track.count_high ?? 0;
    const eta_s = forecast === null ? -1 : Date.parse(forecast.at) / 1000 - now_s;
    const values = [
      track.lon,
      track.lat,
      track.speed_m_s,
      track.course_deg,
      track.chainage_m,
      track.offset_m,
      track.sd_m,
      track.quality,
      eta_s,
    ];
    values.forEach((value, k) => frame.writeFloatLE(value, at + 8 + 4 * k));
  });
  return frame;
}
