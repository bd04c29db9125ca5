import type { LineString } from 'geojson';
import { describe, expect, test } from 'vitest';
import { obstacleLook } from '../../src/drawing/glyphs';
import { focusFeatures } from '../../src/drawing/layers/focus';
import { obstacleFeatures } from '../../src/drawing/layers/obstacles';
import { INSTANCE_FLOATS, trackInstances } from '../../src/drawing/layers/tracks';
import { sectorFeatures, watchedFeatures, watching } from '../../src/drawing/layers/watched';
import { worldOf } from '../../src/drawing/mercator';
import type { Sensor } from '../../src/drawing/scene';
import { TrackCloud } from '../../src/drawing/trackcloud';
import { line, obstacleRow, sensorRow, trackMark, watchedRow } from './rows';

describe('watched ground', () => {
  test('a dead sensor is never shown as watching', () => {
    for (const state of ['dead', 'goodbye', 'not detecting'] as const) {
      expect(watching(sensorRow(state))).toBe(false);
      expect(sectorFeatures([sensorRow(state)]).features[0]?.properties).toMatchObject({ watching: false });
    }
    for (const state of ['live', 'late'] as const) expect(watching(sensorRow(state))).toBe(true);
  });

  test('ground that another healthy sensor covers is not hatched, and ground that it covers in part is', () => {
    const dead = { ...sensorRow('dead'), sensor_id: 'day' };
    const wider = { ...sensorRow('live'), sector_deg: 90, range_person_m: 5_000 };
    const shorter = { ...sensorRow('live'), range_person_m: 3_000 };
    const turned = { ...sensorRow('live'), bearing_deg: 300 };
    const lost = (other: Sensor): unknown => sectorFeatures([dead, other]).features[0]?.properties?.['lost'];
    expect(lost(wider)).toBe(false);
    expect(lost(shorter)).toBe(true);
    expect(lost(turned)).toBe(true);
    expect(lost({ ...wider, state: 'dead' })).toBe(true);
  });

  test('a lost stretch is drawn as lost and an unwatched one not at all', () => {
    const { features } = watchedFeatures(line, [
      watchedRow(0, 5_000, 'watched'),
      watchedRow(5_000, 9_000, 'lost', { sensors: ['GSR-1'] }),
      watchedRow(9_000, 90_000, 'unwatched'),
    ]);
    expect(features.map((feature) => feature.properties?.['state'])).toEqual(['watched', 'lost']);
  });
});

describe('obstacles', () => {
  test('only accepted work looks built', () => {
    const states = [
      'not started',
      'cleared',
      'excavated',
      'shaped',
      'wired',
      'inspected',
      'accepted',
      'degraded',
    ] as const;
    expect(states.filter((state) => obstacleLook(state) === 'built')).toEqual(['accepted']);
    expect(obstacleLook('degraded')).toBe('degraded');
    expect(obstacleLook('not started')).toBe('planned');
    expect(obstacleLook('excavated')).toBe('under way');
  });

  test('trench, berm and wire of one stretch run on different strands', () => {
    const rows = (['trench', 'berm', 'wire'] as const).map((element) => obstacleRow('accepted', element));
    const strands = obstacleFeatures(line, rows).features.map((feature) => feature.properties?.['strand']);
    expect(new Set(strands).size).toBe(3);
  });
});

describe('tracks', () => {
  test('every track is one instance, those who are expected to cross last, on top', () => {
    const cloud = new TrackCloud();
    const approaching = trackMark(1, 20_000, { forecastToCross: true });
    cloud.apply({ time_s: 0, full: true, tracks: [approaching, trackMark(2, 30_000), trackMark(3, 40_000)] });
    const instances = trackInstances(cloud, null, [42, 36.5]);
    const trails = 3;
    expect(instances.length / INSTANCE_FLOATS).toBe(3 + trails);
    const last = instances.slice(-INSTANCE_FLOATS);
    const [x, y] = worldOf([approaching.lon, approaching.lat]);
    const [originX, originY] = worldOf([42, 36.5]);
    expect(last[0]).toBeCloseTo(x - originX, 9);
    expect(last[1]).toBeCloseTo(y - originY, 9);
  });

  test('in a crowd only those who approach and the selected one keep their trails', () => {
    const cloud = new TrackCloud();
    const tracks = Array.from({ length: 300 }, (_, index) => {
      return trackMark(index, 10_000 + index, { forecastToCross: index === 7 });
    });
    cloud.apply({ time_s: 0, full: true, tracks });
    expect(trackInstances(cloud, 9, [42, 36.5]).length / INSTANCE_FLOATS).toBe(300 + 2);
  });

  test('web mercator has the meridian of Greenwich in the middle and the equator half way down', () => {
    expect(worldOf([0, 0])).toEqual([0.5, 0.5]);
    const [x, y] = worldOf([180, 85.051129]);
    expect(x).toBe(1);
    expect(y).toBeCloseTo(0, 6);
  });
});

describe('the selected track', () => {
  const forecast = {
    chainage_m: 20_000,
    chainage_sd_m: 500,
    at: '2021-03-17T17:00:00Z',
    earliest: '2021-03-17T16:55:00Z',
    latest: '2021-03-17T17:05:00Z',
    probability: 0.8,
  };

  test('the expected stretch is two standard deviations either way', () => {
    const focus = { track: 1, history: [], forecast, words: [] };
    const { features } = focusFeatures(line, focus, trackMark(1, 20_000));
    const expected = features.find((feature) => feature.properties?.['part'] === 'expected');
    const coordinates = (expected?.geometry as LineString).coordinates;
    const length_m = (coordinates[0]![1]! - coordinates.at(-1)![1]!) * 111_195;
    expect(length_m).toBeCloseTo(2_000, -1);
  });

  test('without a forecast there is a way ahead but no expected stretch', () => {
    const focus = { track: 1, history: [], forecast: null, words: [] };
    const parts = focusFeatures(line, focus, trackMark(1, 20_000)).features.map(
      (one) => one.properties?.['part'],
    );
    expect(parts).toContain('ahead');
    expect(parts).not.toContain('expected');
  });

  test('nothing is left when nothing is selected', () => {
    expect(focusFeatures(line, null, undefined).features).toEqual([]);
  });
});
