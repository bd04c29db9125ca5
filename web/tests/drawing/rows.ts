// Which rows do the drawing's tests show? Small ones, complete as the API states them.
import type { HoldCaseShape } from '../../src/api/hold';
import type { Gap } from '../../src/drawing/holding';
import { indexLine, placeAt } from '../../src/drawing/chainage';
import type { Alarm, Frontier, Obstacle, Sensor, Unit, Watched } from '../../src/drawing/scene';
import type { TrackMark } from '../../src/drawing/trackcloud';
import { bentLine } from './line';

const AT = '2021-03-17T16:30:00Z';

export const line = indexLine(bentLine(), 'left');

export function frontierRow(): Frontier {
  const first = { role: 'first_line', since: '2020-11-01', until: null, source: 'test' } as const;
  return {
    name: 'test',
    title: { en: 'Test', ar: null, ckb: null },
    this_side: { en: 'Home', ar: 'هنا', ckb: null },
    that_side: { en: 'Away', ar: 'هناك', ckb: null },
    line_version: 'test-1',
    origin: 'north end',
    home_side: 'left',
    map_length_m: line.length_m,
    reported_length_m: null,
    lateral_uncertainty_m: 2000,
    line: bentLine(),
    band: [],
    sections: [],
    assignments: [
      {
        ...first,
        assignment_id: 'a',
        section_id: 'A',
        name: 'A',
        from_m: 0,
        to_m: 50_000,
        party: 'regional-guard',
      },
      {
        ...first,
        assignment_id: 'b',
        section_id: 'B',
        name: 'B',
        from_m: 50_000,
        to_m: 100_000,
        party: 'national-guard',
      },
    ],
    parties: {
      'regional-guard': { en: 'regional guard', ar: 'حرس الإقليم', ckb: 'پاسەوانی هەرێم' },
      'national-guard': { en: 'national guard', ar: 'الحرس الوطني', ckb: 'پاسەوانی نیشتمانی' },
    },
    towers: [],
    places: [],
    lakes: {},
    neighbours: {},
    terrain: null,
    programme_element: 'trench',
    attribution: [],
    notice: { en: 'not a legal boundary', ar: null, ckb: null },
    scenario_note: null,
    local_zone: 'Asia/Baghdad',
  };
}

export function sensorRow(state: Sensor['state']): Sensor {
  return {
    sensor_id: `sensor-${state}`,
    kind: 'thermal_camera',
    tower_id: 'T-1',
    node_id: '00000000-0000-4000-8000-000000000001',
    lon: 42,
    lat: 36.5,
    mast_m: 18,
    bearing_deg: 270,
    sector_deg: 60,
    range_person_m: 4000,
    range_vehicle_m: 8000,
    range_min_m: 0,
    party: 'national-guard',
    simulated: true,
    performance_source: 'assumption',
    state,
    state_since: AT,
    state_reason: '',
    last_heard: null,
    moved_at: null,
    range_probability: null,
    walk_tests: [],
  };
}

/** A stretch of the watched lane; without probabilities, as of a registered sector. */
export function watchedRow(
  from_m: number,
  to_m: number,
  state: Watched['state'],
  given: Partial<Watched> = {},
): Watched {
  const unknown = { assumed: false, p_low: null, p_nominal: null, p_high: null };
  return { from_m, to_m, state, sensors: [], ...unknown, ...given };
}

export function obstacleRow(state: Obstacle['state'], element: Obstacle['element'] = 'trench'): Obstacle {
  return {
    obstacle_id: `${element}-${state}`,
    element,
    from_m: 10_000,
    to_m: 30_000,
    state,
    party: 'national-guard',
    as_of: '2021-03-17',
    placement: 'invented',
    source: 'test',
    depth_m: null,
    height_m: null,
    width_m: null,
    reported_length_m: null,
  };
}

export function unitRow(chainage_m: number): Unit {
  const { lon, lat } = placeAt(line, chainage_m, 2_000);
  return {
    unit_id: `unit-${chainage_m}`,
    callsign: 'Patrol 1',
    kind: 'vehicle_patrol',
    party: 'national-guard',
    section_id: 'A',
    lon,
    lat,
    readiness_s: 60,
    speed_m_s: 8,
    sidc: '10031000001211000000',
    simulated: true,
    source: 'test',
    positioned_at: null,
  };
}

export function alarmRow(alarm_id: string, chainage_m: number, given: Partial<Alarm> = {}): Alarm {
  const { lon, lat } = placeAt(line, chainage_m);
  return {
    alarm_id,
    rule: 'approach',
    kind: 'approach',
    priority: 1,
    classification: 'person',
    state: 'unacknowledged',
    raised_at: AT,
    record_id: 'record',
    simulated: true,
    lon,
    lat,
    chainage_m,
    ...given,
  } as Alarm;
}

export function trackMark(track: number, chainage_m: number, given: Partial<TrackMark> = {}): TrackMark {
  const { lon, lat } = placeAt(line, chainage_m, -1_000);
  return {
    track,
    classification: 'person',
    state: 'maintaining',
    simulated: true,
    forecastToCross: false,
    onThisSide: false,
    inUncertainBand: true,
    countHigh: null,
    lon,
    lat,
    speed_m_s: 1.2,
    course_deg: 90,
    chainage_m,
    offset_m: -1_000,
    sd_m: 30,
    quality: 0.8,
    eta_s: null,
    ...given,
  };
}

/** A gap of holding, with nothing known of its way. */
export function gapRow(from_km: number, to_km: number, at_km: number, p = 0.1): Gap {
  return {
    ...{ from_km, to_km, at_km, length_km: to_km - from_km, p_interruption_min: p, margin_min_s: 0 },
    ...{ cause: null, verdict: 'gap', if_changed: {}, lower: null, upper: null, course: [], way: null },
  };
}

/** A case of holding: four steps of 250 m, two of them gaps. */
export function heldRow(
  name: string,
): Pick<HoldCaseShape, 'name' | 'edges_m' | 'p' | 'gaps'> & Partial<HoldCaseShape> {
  return {
    name,
    edges_m: [0, 250, 500, 750, 1000],
    p: [0.9, 0.1, 0.8, 0.7],
    lower: [0.8, 0, 0.7, 0.6],
    upper: [1, 0.2, 0.9, 0.8],
    ceiling: [1, 1, 1, 1],
    margin_s: [60, 0, 30, 20],
    response_s: [600, 700, null, 900],
    lost_before_line: [false, false, false, false],
    gaps: [gapRow(0.25, 0.5, 0.375), gapRow(0.75, 1, 0.875)],
  };
}
