import { describe, expect, test } from 'vitest';
import { decodeFrame, TrackCloud, type TrackMark } from '../../src/drawing/trackcloud';

/** Bytes as the live socket's layout states them, written field by field and not by the code under test. */
function frame(
  kind: number,
  time_s: number,
  tracks: { number: number; state: number; lon: number }[],
): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(16 + 44 * tracks.length));
  view.setUint8(0, 1);
  view.setUint8(1, kind);
  view.setUint32(4, tracks.length, true);
  view.setFloat64(8, time_s, true);
  tracks.forEach((track, index) => {
    const at = 16 + index * 44;
    view.setUint32(at, track.number, true);
    view.setUint8(at + 4, 1);
    view.setUint8(at + 5, track.state);
    view.setUint8(at + 6, 0b1011);
    view.setUint8(at + 7, 4);
    [track.lon, 36.25, 1.5, 90, 149_200, -850, 30, 0.75, 600].forEach((value, field) => {
      view.setFloat32(at + 8 + field * 4, value, true);
    });
  });
  return view.buffer;
}

describe('decoding a frame', () => {
  test('every field arrives as it was written', () => {
    const decoded = decodeFrame(frame(1, 1_616_000_000.25, [{ number: 417, state: 1, lon: 41.5 }]));
    expect(decoded.time_s).toBe(1_616_000_000.25);
    expect(decoded.full).toBe(false);
    const expected: TrackMark = {
      track: 417,
      classification: 'person',
      state: 'maintaining',
      simulated: true,
      forecastToCross: true,
      onThisSide: false,
      inUncertainBand: true,
      countHigh: 4,
      lon: 41.5,
      lat: 36.25,
      speed_m_s: 1.5,
      course_deg: 90,
      chainage_m: 149_200,
      offset_m: -850,
      sd_m: 30,
      quality: 0.75,
      eta_s: 600,
    };
    expect(decoded.tracks).toEqual([expected]);
  });

  test('no count and no crossing are null, never zero or minus one', () => {
    const buffer = frame(1, 0, [{ number: 1, state: 1, lon: 41 }]);
    const view = new DataView(buffer);
    view.setUint8(16 + 7, 0);
    view.setFloat32(16 + 8 + 32, -1, true);
    expect(decodeFrame(buffer).tracks[0]).toMatchObject({ countHigh: null, eta_s: null });
  });

  test('a frame that is cut, of another version or of an unknown kind is refused in words', () => {
    const good = frame(1, 0, [{ number: 1, state: 1, lon: 41 }]);
    expect(() => decodeFrame(good.slice(0, 10))).toThrow('at least 16 bytes');
    expect(() => decodeFrame(good.slice(0, 50))).toThrow('has 60 bytes; this one has 50');
    const other = good.slice(0);
    new DataView(other).setUint8(0, 2);
    expect(() => decodeFrame(other)).toThrow('version');
    const strange = good.slice(0);
    new DataView(strange).setUint8(1, 7);
    expect(() => decodeFrame(strange)).toThrow('kind');
    const unknown = good.slice(0);
    new DataView(unknown).setUint8(16 + 4, 9);
    expect(() => decodeFrame(unknown)).toThrow('class or state');
  });
});

describe('the cloud', () => {
  test('a change moves what it names and leaves the rest', () => {
    const cloud = new TrackCloud();
    cloud.apply(
      decodeFrame(
        frame(2, 0, [
          { number: 1, state: 1, lon: 41 },
          { number: 2, state: 1, lon: 42 },
        ]),
      ),
    );
    cloud.apply(decodeFrame(frame(1, 1, [{ number: 1, state: 1, lon: 41.5 }])));
    expect(cloud.marks.get(1)?.lon).toBe(41.5);
    expect(cloud.marks.get(2)?.lon).toBe(42);
    expect(cloud.revision).toBe(2);
    expect(cloud.time_s).toBe(1);
  });

  test('a terminated track leaves with its trail', () => {
    const cloud = new TrackCloud();
    cloud.apply(decodeFrame(frame(2, 0, [{ number: 1, state: 1, lon: 41 }])));
    cloud.apply(decodeFrame(frame(1, 1, [{ number: 1, state: 4, lon: 41 }])));
    expect(cloud.marks.size).toBe(0);
    expect(cloud.trail(1)).toEqual([]);
  });

  test('a full set drops what it does not name', () => {
    const cloud = new TrackCloud();
    cloud.apply(
      decodeFrame(
        frame(2, 0, [
          { number: 1, state: 1, lon: 41 },
          { number: 2, state: 1, lon: 42 },
        ]),
      ),
    );
    cloud.apply(decodeFrame(frame(2, 1, [{ number: 2, state: 1, lon: 42 }])));
    expect([...cloud.marks.keys()]).toEqual([2]);
  });

  test('a trail is spaced in scenario time and stays short however long a track lives', () => {
    const cloud = new TrackCloud();
    for (let second = 0; second <= 1_000; second += 1) {
      cloud.apply(decodeFrame(frame(1, second, [{ number: 1, state: 1, lon: 41 + second / 1e4 }])));
    }
    const trail = cloud.trail(1);
    expect(trail).toHaveLength(8);
    expect(trail.at(-1)?.time_s).toBe(1_000);
    expect(trail[0]?.time_s).toBe(860);
  });
});
