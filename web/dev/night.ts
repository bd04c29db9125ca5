// What happens in the made-up night that the page is developed against? Rows, tracks and what commands do to them.
import type { Schemas } from '../src/api/client.ts';
import { beside, type LinePoint } from './ground.ts';

type Picture = Schemas['Picture'];
type Alarm = Schemas['AlarmRow'];
type Track = Schemas['TrackShape'];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const START_MS = Date.parse('2021-03-17T16:30:00Z');
export const SPEED = 5;
const SOURCE = 'made up for the stand-in';

export const iso = (ms: number): string => new Date(ms).toISOString();

export interface Night {
  picture: Mutable<Picture>;
  line: readonly LinePoint[];
  /** Places and speeds of what really moves: chainage, offset, metres a second towards this side. */
  walkers: { track: number; chainage_m: number; offset_m: number; towards_m_s: number; along_m_s: number }[];
}

function walkTest(sensor_id: string): Schemas['WalkTest'] {
  return {
    ...{ sensor_id, target: 'person', light: 'night', weather: 'clear', from_m: 500, to_m: 3000 },
    ...{ walked: 50, detected: 49, pass_s: null, on: '2021-02-10', by: 'section engineer', source: SOURCE },
  } as Schemas['WalkTest'];
}

export function sensors(line: readonly LinePoint[]): Schemas['SensorRow'][] {
  return Array.from({ length: 14 }, (_, i) => i).flatMap((i) =>
    (['thermal_camera', 'ground_radar', 'ground_sensor'] as const).slice(0, i < 12 ? 3 : 2).map((kind) => {
      const short = { thermal_camera: 'CAM', ground_radar: 'GSR', ground_sensor: 'UGS' }[kind];
      const dead = i === 7 && kind !== 'ground_sensor';
      return {
        sensor_id: `${short}-${String(i + 1).padStart(2, '0')}`,
        kind,
        tower_id: kind === 'ground_sensor' ? null : `T-${String(i + 1).padStart(2, '0')}`,
        node_id: `00000000-0000-4000-8000-0000000000${String(i).padStart(2, '0')}`,
        ...beside(line, 60_000 + i * 13_000, 500),
        mast_m: 18,
        bearing_deg: 250,
        sector_deg: kind === 'thermal_camera' ? 60 : kind === 'ground_radar' ? 180 : 360,
        range_person_m: kind === 'thermal_camera' ? 4000 : kind === 'ground_radar' ? 6000 : 300,
        range_vehicle_m: kind === 'thermal_camera' ? 8000 : kind === 'ground_radar' ? 12000 : 600,
        range_min_m: 0,
        party: 'national-guard',
        simulated: true,
        performance_source: 'assumption: no walk test yet',
        moved_at: null,
        range_probability: null,
        walk_tests:
          i % 4 === 0 && kind === 'thermal_camera'
            ? [walkTest(`${short}-${String(i + 1).padStart(2, '0')}`)]
            : [],
        state: dead ? ('dead' as const) : ('live' as const),
        state_since: iso(START_MS - 3_600_000),
        state_reason: dead ? 'nothing heard for 30 s' : '',
        last_heard: iso(dead ? START_MS - 3_600_000 : START_MS),
      };
    }),
  );
}

export function alarm(
  night: Night,
  number: number,
  at_ms: number,
  given: Partial<Alarm> & Pick<Alarm, 'kind' | 'priority'>,
): Alarm {
  const chainage_m = given.chainage_m ?? null;
  const where = chainage_m === null ? {} : beside(night.line, chainage_m, given.offset_m ?? -900);
  const alarm_id = `A-${String(number).padStart(4, '0')}`;
  return {
    alarm_id,
    rule: given.kind,
    classification: 'unknown',
    count_low: null,
    count_high: null,
    track: null,
    sensor_id: null,
    lon: null,
    lat: null,
    chainage_m,
    offset_m: null,
    side: null,
    forecast: null,
    evidence: {
      detections: [],
      sensor_states: {},
      still_report_id: null,
      still_sensor_id: null,
      still_png_base64: null,
      still_absent_reason: null,
    },
    words: '',
    state: 'unacknowledged',
    raised_at: iso(at_ms),
    simulated: true,
    acknowledged_by: null,
    acknowledged_at: null,
    shelved_by: null,
    shelved_until: null,
    shelf_reason: null,
    closed_by: null,
    closed_at: null,
    disposition: null,
    cause: null,
    released_to: [],
    record_id: `0178-${alarm_id}`,
    looks: [],
    history: [{ type: 'alarm.raised', at: iso(at_ms), actor: 'centre', note: '' }],
    ...where,
    ...given,
  };
}

export function track(
  line: readonly LinePoint[],
  number: number,
  chainage_m: number,
  offset_m: number,
  given: Partial<Track>,
): Track {
  return {
    track: number,
    state: 'maintaining',
    classification: 'unknown',
    class_probability: 0.93,
    count_low: null,
    count_high: null,
    ...beside(line, chainage_m, offset_m),
    chainage_m,
    offset_m,
    side: offset_m > 2000 ? 'this side' : offset_m < -2000 ? 'that side' : 'uncertain band',
    speed_m_s: 1.2,
    course_deg: 90,
    sd_m: 25,
    quality: 0.9,
    simulated: true,
    sensors: ['CAM-07', 'GSR-07'],
    started: iso(START_MS - 360_000),
    updated: iso(START_MS),
    forecast: null,
    ...given,
  };
}

export function figures(picture: Mutable<Picture>, now_ms: number): Schemas['FigureShape'][] {
  const unwatched_m = picture.watched
    .filter((stretch) => stretch.state !== 'watched')
    .reduce((sum, stretch) => sum + stretch.to_m - stretch.from_m, 0);
  const live = picture.sensors.filter((sensor) => sensor.state === 'live').length;
  const waiting = picture.alarms.filter((row) => row.state === 'unacknowledged').length;
  const at = iso(now_ms);
  const made = (
    key: Schemas['FigureShape']['key'],
    value: number,
    unit: 'km' | 'count',
    source: string,
    as_of: string | null = at,
  ): Schemas['FigureShape'] => ({ key, value, unit, as_of, source });
  return [
    made(
      'closed',
      140,
      'km',
      'Trench reported accepted by the builder; placement invented.',
      '2021-03-17T00:00:00Z',
    ),
    made('planned', 220, 'km', 'Length of the programme then open, as reported.', '2021-03-17T00:00:00Z'),
    made(
      'not_watched',
      Math.round(unwatched_m / 1000),
      'km',
      'Line outside every registered sector of a live sensor.',
    ),
    made('alarms_waiting', waiting, 'count', 'Alarms that nobody has acknowledged.'),
    made('alarms_suppressed', 0, 'count', 'Approaches beside an own unit.'),
    made('sensors_live', live, 'count', 'Sensors heard within their status interval.'),
    made('sensors_total', picture.sensors.length, 'count', 'Sensors declared in the project.'),
  ];
}

/** What somebody said of the weather in the stand-in; nobody at first. */
export const conditions: Mutable<Schemas['ConditionsShape']> = {
  light: 'night',
  weather: 'clear',
  weather_valid_until: null,
  weather_stated_by: null,
};

export function pulse(picture: Mutable<Picture>, now_ms: number, over: boolean): Schemas['Pulse'] {
  return {
    now: iso(now_ms),
    speed: SPEED,
    simulated: true,
    night: over ? 'over' : 'running',
    figures: figures(picture, now_ms),
    load: {
      alarms_last_10_min: picture.alarms.filter((row) => Date.parse(row.raised_at) > now_ms - 600_000).length,
      alarms_per_operator_10_min: 0.8,
      operators: 1,
      share_by_priority: { '1': 0.2, '2': 0.3, '3': 0.5 },
      acknowledge_median_s: 21,
      shelved: picture.alarms.filter((row) => row.state === 'shelved').length,
    },
    conditions,
    sky: { sunset: '2021-03-17T15:18:00Z', sunrise: '2021-03-18T03:14:00Z', moon_percent: 17 },
    sensors: picture.sensors.map((sensor) => ({
      sensor_id: sensor.sensor_id,
      state: sensor.state,
      last_heard: sensor.state === 'live' ? iso(now_ms) : (sensor.last_heard ?? null),
      stored: 1200,
      last_report_id: '01F0',
      clock_offset_s: 0.04,
    })),
    refused_connections: 0,
    duplicates: 3,
  };
}

/** Move what moves by so many scenario seconds; forecasts are kept as first made. */
export function walk(night: Night, seconds: number, now_ms: number): Track[] {
  for (const walker of night.walkers) {
    walker.offset_m += walker.towards_m_s * seconds;
    walker.chainage_m += walker.along_m_s * seconds;
    if (Math.abs(walker.offset_m) > 6000) walker.offset_m = -4000;
  }
  night.picture.tracks = night.picture.tracks.map((before) => {
    const walker = night.walkers.find((one) => one.track === before.track);
    if (walker === undefined) return before;
    const { chainage_m, offset_m, towards_m_s } = walker;
    const eta_s = towards_m_s > 0 && offset_m < 0 ? -offset_m / towards_m_s : null;
    const at = eta_s === null ? 0 : now_ms + eta_s * 1000;
    const forecast =
      eta_s === null || before.classification === 'animal'
        ? null
        : {
            chainage_m,
            chainage_sd_m: 300,
            at: iso(at),
            earliest: iso(at - 300_000),
            latest: iso(at + 400_000),
            probability: 0.86,
          };
    return {
      ...track(night.line, before.track, chainage_m, offset_m, {}),
      classification: before.classification,
      count_low: before.count_low,
      count_high: before.count_high,
      sensors: before.sensors,
      speed_m_s: Math.abs(towards_m_s) + Math.abs(walker.along_m_s),
      updated: iso(now_ms),
      forecast,
    };
  });
  return [...night.picture.tracks];
}

export function firstNight(line: readonly LinePoint[]): Night {
  const installed = sensors(line);
  const units = [70, 100, 145, 190, 230].map((km, i): Schemas['UnitRow'] => ({
    unit_id: `U-${i + 1}`,
    callsign: `Patrol ${i + 1}`,
    kind: i === 4 ? 'reaction_force' : i === 1 ? 'foot_patrol' : 'vehicle_patrol',
    party: 'national-guard',
    section_id: 'B',
    ...beside(line, km * 1000, 2500),
    readiness_s: 120,
    speed_m_s: 9,
    sidc: '10031000001211000000',
    simulated: true,
    source: SOURCE,
    positioned_at: iso(START_MS),
  }));
  const elements = ['trench', 'berm', 'wire'] as const;
  const stretches = [
    [58, 96, 'accepted'],
    [104, 132, 'accepted'],
    [132, 141, 'excavated'],
    [150, 188, 'accepted'],
    [188, 197, 'not started'],
  ] as const;
  const obstacles = stretches.flatMap(([from, to, state], i) =>
    elements.map((element): Schemas['ObstacleRow'] => ({
      obstacle_id: `O-${i + 1}-${element}`,
      element,
      from_m: from * 1000,
      to_m: to * 1000,
      state,
      depth_m: element === 'trench' ? 3 : null,
      width_m: element === 'trench' ? 3 : null,
      height_m: element === 'trench' ? null : 2.5,
      reported_length_m: (to - from) * 1000,
      party: 'national-guard',
      as_of: '2021-03-17',
      placement: 'invented',
      source: SOURCE,
    })),
  );
  const night: Night = {
    line,
    walkers: [
      { track: 417, chainage_m: 149_200, offset_m: -1600, towards_m_s: 1.2, along_m_s: 0.1 },
      { track: 420, chainage_m: 118_400, offset_m: -2900, towards_m_s: 0.02, along_m_s: 0.4 },
      { track: 423, chainage_m: 97_000, offset_m: 2600, towards_m_s: 0, along_m_s: 8 },
      { track: 431, chainage_m: 203_000, offset_m: -3900, towards_m_s: 0.9, along_m_s: -0.2 },
    ],
    picture: {
      pulse: undefined as unknown as Schemas['Pulse'],
      // the stand-in's own sight tells it, as soon as it has looked
      watched: [],
      alarms: [],
      incidents: [],
      tasks: [],
      radio: [],
      quarantine: [
        {
          quarantine_id: 'Q-1',
          node_id: '00000000-0000-4000-8000-000000000003',
          sensor_id: 'GSR-04',
          report_id: '01F0A',
          reason_code: 'implausible_place',
          reason: 'latitude 95.0 is not on the Earth',
          repeats: 3,
          at: iso(START_MS - 900_000),
          simulated: true,
        },
      ],
      sensors: installed,
      units,
      obstacles,
      works: obstacles
        .filter((row) => row.element === 'trench' && row.state !== 'not started')
        .map((row) => ({
          report_id: `W-${row.obstacle_id}`,
          element: row.element,
          from_m: row.from_m,
          to_m: row.to_m,
          state: row.state,
          reported_length_m: row.reported_length_m ?? 0,
          reported_by: 'national-guard',
          as_of: row.as_of,
          placement: row.placement,
          source: SOURCE,
        })),
      tracks: [
        track(line, 417, 149_200, -1600, { classification: 'person', count_low: 2, count_high: 4 }),
        track(line, 420, 118_400, -2900, { classification: 'animal', count_low: 20, count_high: 60 }),
        track(line, 423, 97_000, 2600, { classification: 'vehicle', count_low: 1, count_high: 1 }),
        track(line, 431, 203_000, -3900, { state: 'initiating', sensors: ['GSR-12'] }),
      ],
    },
  };
  const at = (minutes: number): number => START_MS - minutes * 60_000;
  night.picture.alarms = [
    alarm(night, 6, at(1), {
      kind: 'approach',
      priority: 1,
      classification: 'person',
      count_low: 2,
      count_high: 4,
      track: 417,
      chainage_m: 149_200,
      offset_m: -1600,
      side: 'uncertain band',
      forecast: {
        chainage_m: 149_300,
        chainage_sd_m: 320,
        at: iso(START_MS + 22 * 60_000),
        earliest: iso(START_MS + 16 * 60_000),
        latest: iso(START_MS + 29 * 60_000),
        probability: 0.86,
      },
    }),
    alarm(night, 5, at(5), {
      kind: 'sensor_silent',
      priority: 2,
      sensor_id: 'CAM-08',
      chainage_m: 151_000,
      words: 'nothing heard for 30 s',
    }),
    alarm(night, 4, at(17), {
      kind: 'approach',
      priority: 3,
      classification: 'animal',
      count_low: 20,
      count_high: 60,
      track: 420,
      chainage_m: 118_400,
      side: 'that side',
      state: 'closed',
      disposition: 'benign',
      cause: 'herd with a shepherd',
      closed_by: 'S. Watch',
      closed_at: iso(at(12)),
    }),
    alarm(night, 3, at(39), {
      kind: 'crossed',
      priority: 2,
      classification: 'vehicle',
      count_low: 1,
      count_high: 1,
      track: 399,
      chainage_m: 96_100,
      side: 'this side',
      state: 'shelved',
      shelved_by: 'S. Watch',
      shelved_until: iso(START_MS + 3_000_000),
      shelf_reason: 'patrol car of the builder, expected until 23:30',
    }),
    alarm(night, 2, at(54), { kind: 'report_flood', priority: 3, sensor_id: 'GSR-03', chainage_m: 86_000 }),
  ];
  night.picture.pulse = pulse(night.picture, START_MS, false);
  return night;
}
