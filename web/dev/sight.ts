// What would the centre say of sight? Made-up hills, and honest rays over them: enough to look at the page by.
import type { Schemas } from '../src/api/client.ts';
import type * as Sight from '../src/api/sight.ts';
import { beside, type LinePoint } from './ground.ts';
import { colourPng } from './still.ts';

type Sensor = Schemas['SensorRow'];
type Place = readonly [lon: number, lat: number];

const STEP_M = 500;
const HALF_WIDTH_M = 2000;
const ERROR_SD_M = 0.7;
const WATCHED_AT = 0.5;
const K = 0.13;
const EARTH_M = 6_371_008.8;
const DEGREE_M = (Math.PI / 180) * EARTH_M;
const RAY_M = 90;
const TILE_PX = 256;
const HEIGHT_M = { person: 1, vehicle: 1.4, animal: 0.7 } as const;
const AIR = { clear: 1, haze: 0.8, dust: 0.45, rain: 0.7 } as const;
const CASES: readonly Sight.CaseShape[] = (
  [
    ['night', 'clear', 'person'],
    ['day', 'clear', 'person'],
    ['night', 'clear', 'vehicle'],
    ['day', 'clear', 'vehicle'],
    ['night', 'dust', 'person'],
    ['day', 'haze', 'person'],
    ['night', 'clear', 'animal'],
  ] as const
).flatMap(([light, weather, target]) =>
  [false, true].map((proven_only) => ({
    name: [
      light,
      ...(weather === 'clear' ? [] : [weather]),
      target,
      ...(proven_only ? ['proven-only'] : []),
    ].join('-'),
    ...{ target, light, weather, proven_only },
  })),
);

/** Height of the made-up ground. */
export function groundAt(lon: number, lat: number): number {
  const [x, y] = [lon * DEGREE_M * 0.81, lat * DEGREE_M];
  return (
    320 +
    55 * Math.sin(x / 17_000) * Math.cos(y / 13_000) +
    9 * Math.sin(x / 2_600 + 1.3 * Math.sin(y / 3_100)) +
    3 * Math.sin(y / 1_100 + x / 1_900) +
    0.8 * Math.sin(x / 410) * Math.sin(y / 530)
  );
}

function apart(from: Place, to: Place): number {
  const east = (to[0] - from[0]) * Math.cos((from[1] * Math.PI) / 180);
  return Math.hypot(east, to[1] - from[1]) * DEGREE_M;
}

const drop = (away_m: number): number => ((1 - K) * away_m * away_m) / (2 * EARTH_M);

/** Lowest height above the ground at which something at a place is seen from a mast. */
function lowestSeen(from: Place, mast_m: number, to: Place): number {
  const away_m = apart(from, to);
  const eye_m = groundAt(...from) + mast_m;
  let steepest = -Infinity;
  for (let along_m = RAY_M; along_m < away_m - RAY_M / 2; along_m += RAY_M) {
    const f = along_m / away_m;
    const height_m = groundAt(from[0] + f * (to[0] - from[0]), from[1] + f * (to[1] - from[1]));
    steepest = Math.max(steepest, (height_m - drop(along_m) - eye_m) / along_m);
  }
  return Math.max(0, eye_m + steepest * away_m - (groundAt(...to) - drop(away_m)));
}

const cumulative = (z: number): number => 1 / (1 + Math.exp(-1.702 * z));

interface Look {
  readonly chance: number;
  readonly low: number;
  readonly high: number;
  readonly height_m: number;
  readonly away_m: number;
}

/** How well a sensor sees a place in a case; null out of reach. */
function look(sensor: Sensor, at: Place, to: Place, one: Sight.CaseShape): Look | null {
  const away_m = apart(at, to);
  const range_m =
    (one.target === 'vehicle' ? sensor.range_vehicle_m : sensor.range_person_m) *
    AIR[one.weather] *
    (one.light === 'day' || sensor.kind !== 'day_camera' ? 1 : 0.3);
  if (away_m > 1.6 * range_m || (one.proven_only && sensor.walk_tests.length === 0)) return null;
  const east = (to[0] - at[0]) * Math.cos((at[1] * Math.PI) / 180);
  const bearing = (Math.atan2(east, to[1] - at[1]) * 180) / Math.PI;
  if (Math.abs(((bearing - sensor.bearing_deg + 540) % 360) - 180) > sensor.sector_deg / 2) return null;
  const detection = 0.95 / (1 + (away_m / (0.85 * range_m)) ** 6);
  const height_m = lowestSeen(at, sensor.mast_m, to);
  const clear_m = HEIGHT_M[one.target] - height_m;
  const seen = cumulative(clear_m / ERROR_SD_M + 0.5);
  return {
    ...{ height_m, away_m, chance: detection * seen },
    low: seen >= 0.9 ? detection : 0,
    high: seen >= 0.1 ? detection : 0,
  };
}

export interface MadeUpSight {
  version: number;
  shape(): Sight.SightShape;
  lane(name: string): Sight.LaneShape;
  attempt(body: Sight.TryTower): Sight.LaneTry;
  seenAt(lon: number, lat: number, name: string): Sight.SeenBy;
  profile(query: URLSearchParams): Sight.ProfileShape;
  veilTile(name: string, z: number, x: number, y: number): Buffer;
  heightTile(tower_id: string, z: number, x: number, y: number): Buffer;
}

export function madeUpSight(line: readonly LinePoint[], sensors: () => readonly Sensor[]): MadeUpSight {
  const began_ms = Date.now();
  const length_m = line.at(-1)?.chainage_m ?? 0;
  const steps = Math.floor(length_m / STEP_M);
  const live = (sensor: Sensor): boolean => sensor.state === 'live' || sensor.state === 'late';
  const caseOf = (name: string): Sight.CaseShape => CASES.find((one) => one.name === name) ?? CASES[0]!;
  const cache = new Map<string, Sight.LaneShape>();

  type Standing = { readonly sensor: Sensor; readonly at: Place };
  const standing = (): Standing[] => sensors().map((sensor) => ({ sensor, at: [sensor.lon, sensor.lat] }));

  function chances(all: readonly Standing[], one: Sight.CaseShape, step: number): [number, number, number] {
    const exposed = [0, 0, 0];
    for (let offset_m = -HALF_WIDTH_M; offset_m <= HALF_WIDTH_M; offset_m += 500) {
      const { lon, lat } = beside(line, (step + 0.5) * STEP_M, offset_m);
      for (const { sensor, at } of all) {
        if (apart(at, [lon, lat]) > 20_000) continue;
        const seen = look(sensor, at, [lon, lat], one);
        if (seen === null) continue;
        [seen.low, seen.chance, seen.high].forEach((p, i) => {
          exposed[i]! += -Math.log(1 - Math.min(p, 0.99)) * 0.35;
        });
      }
    }
    return exposed.map((sum) => 1 - Math.exp(-sum)) as [number, number, number];
  }

  function laneOf(all: readonly Standing[], one: Sight.CaseShape): Omit<Sight.LaneShape, 'version'> {
    const rows = Array.from({ length: steps }, (_, step) => {
      const near = all.filter(({ at }) => {
        const { lon, lat } = beside(line, step * STEP_M, 0);
        return apart(at, [lon, lat]) < 16_000;
      });
      const alive = near.filter(({ sensor }) => live(sensor));
      const p = chances(alive, one, step);
      const whole = near.length === alive.length ? p : chances(near, one, step);
      const state =
        p[0] >= WATCHED_AT
          ? ('watched' as const)
          : whole[0] >= WATCHED_AT
            ? ('lost' as const)
            : p[2] >= WATCHED_AT
              ? ('uncertain' as const)
              : ('unwatched' as const);
      const who = (state === 'lost' ? near.filter(({ sensor }) => !live(sensor)) : alive)
        .filter(({ at }) => apart(at, Object.values(beside(line, step * STEP_M, 0)) as never) < 7000)
        .map(({ sensor }) => sensor);
      return { p, state, who, assumed: who.every((sensor) => sensor.walk_tests.length === 0) };
    });
    const stretches: Sight.WatchedStretch[] = [];
    rows.forEach(({ p, state, who, assumed }, step) => {
      const last = stretches.at(-1);
      const ids = who.map((sensor) => sensor.sensor_id);
      if (last !== undefined && last.state === state && last.assumed === assumed) {
        last.to_m = (step + 1) * STEP_M;
        last.sensors = state === 'unwatched' ? [] : [...new Set([...last.sensors, ...ids])];
        last.p_low = Math.min(last.p_low!, p[0]);
        last.p_nominal = Math.min(last.p_nominal!, p[1]);
        last.p_high = Math.min(last.p_high!, p[2]);
      } else {
        stretches.push({
          ...{ from_m: step * STEP_M, to_m: (step + 1) * STEP_M, state, assumed },
          sensors: state === 'unwatched' ? [] : ids,
          ...{ p_low: p[0], p_nominal: p[1], p_high: p[2] },
        });
      }
    });
    return {
      ...{ case: one.name, step_m: STEP_M, stretches },
      p_low: rows.map(({ p }) => p[0]),
      p_nominal: rows.map(({ p }) => p[1]),
      p_high: rows.map(({ p }) => p[2]),
      sensors_live: rows.map(({ who }) => who.length),
    };
  }

  function tile(
    z: number,
    x: number,
    y: number,
    colour: (at: Place, px: number, py: number) => number[],
  ): Buffer {
    const rgba = new Uint8Array(TILE_PX * TILE_PX * 4);
    const worlds = TILE_PX * 2 ** z;
    for (let py = 0; py < TILE_PX; py += 2) {
      const north = Math.PI * (1 - (2 * (y * TILE_PX + py + 1)) / worlds);
      const lat = (Math.atan(Math.sinh(north)) * 180) / Math.PI;
      for (let px = 0; px < TILE_PX; px += 2) {
        const lon = ((x * TILE_PX + px + 1) / worlds) * 360 - 180;
        for (const [dx, dy] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          rgba.set(colour([lon, lat], px + dx, py + dy), ((py + dy) * TILE_PX + px + dx) * 4);
        }
      }
    }
    return colourPng(TILE_PX, rgba);
  }

  const sight: MadeUpSight = {
    version: 1,
    shape: () => {
      const progress = Math.min(1, (Date.now() - began_ms) / 3000);
      return {
        ...{ state: progress < 1 ? 'computing' : 'ready', reason: null, progress, version: sight.version },
        ...{
          cell_m: 60,
          step_m: STEP_M,
          half_width_m: HALF_WIDTH_M,
          watched_at: WATCHED_AT,
          refraction_k: K,
        },
        terrain: {
          ...{ cell_m: 30, grade: 'usable', source: 'made-up hills', error_sd_m: ERROR_SD_M },
          ...{ error_length_m: 100, error_source: 'made up for the stand-in' },
        },
        ...{ cases: [...CASES], live_case: 'night-person', opinion_share: 0.31, lane_from: 'sight lines' },
        notes: ['The ground of the stand-in is made up.'],
        left_out: [{ sensor_id: 'UGS-02', why: 'its mast stands below the ground of the model' }],
      };
    },
    lane: (name) => {
      const key = `${name}@${sight.version}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const made = { ...laneOf(standing(), caseOf(name)), version: sight.version };
      cache.set(key, made);
      return made;
    },
    attempt: (body) => {
      const began = performance.now();
      const moved = standing().map((one) =>
        one.sensor.tower_id === body.tower_id
          ? { sensor: { ...one.sensor, mast_m: body.mast_m }, at: [body.lon, body.lat] as Place }
          : one,
      );
      const lane = laneOf(moved, caseOf(body.case));
      const { p_low, p_nominal, p_high, stretches } = lane;
      return {
        ...{ case: body.case, version: sight.version, from_m: 0, to_m: length_m, step_m: STEP_M },
        ...{ p_low, p_nominal, p_high, stretches, took_ms: performance.now() - began },
      };
    },
    seenAt: (lon, lat, name) => {
      const one = caseOf(name);
      const seen = standing().flatMap(({ sensor, at }): Sight.SeenBySensor[] => {
        const found = look(sensor, at, [lon, lat], one);
        if (found === null || found.high === 0) return [];
        const { chance, low, height_m, away_m } = found;
        return [
          {
            ...{ sensor_id: sensor.sensor_id, tower_id: sensor.tower_id, probability: chance },
            band: low > 0 ? 'sure' : height_m <= HEIGHT_M[one.target] ? 'likely' : 'possible',
            ...{ minimum_visible_height_m: height_m, distance_m: away_m, state: sensor.state },
            proven: sensor.walk_tests.length > 0,
          },
        ];
      });
      const near = line.reduce((best, point) =>
        apart([point.lon, point.lat], [lon, lat]) < apart([best.lon, best.lat], [lon, lat]) ? point : best,
      );
      return {
        ...{ lon, lat, chainage_m: near.chainage_m, offset_m: apart([near.lon, near.lat], [lon, lat]) },
        ground_m: groundAt(lon, lat),
        seen_by: seen.sort((a, b) => b.probability - a.probability),
      };
    },
    profile: (query) => {
      const value = (name: string): number => Number(query.get(name));
      const from: Place = [value('from_lon'), value('from_lat')];
      const to: Place = [value('to_lon'), value('to_lat')];
      const long_m = apart(from, to);
      const count = Math.max(2, Math.ceil(long_m / 60));
      const distance_m = Array.from({ length: count + 1 }, (_, i) => (i / count) * long_m);
      const ground_m = distance_m.map((_, i) =>
        groundAt(from[0] + (i / count) * (to[0] - from[0]), from[1] + (i / count) * (to[1] - from[1])),
      );
      const apparent_ground_m = ground_m.map((height, i) => height - drop(distance_m[i]!));
      const start = ground_m[0]! + value('from_height_m');
      const end = apparent_ground_m.at(-1)! + value('to_height_m');
      const line_m = distance_m.map((_, i) => start + (i / count) * (end - start));
      const clear = line_m.map((height, i) => height - apparent_ground_m[i]!).slice(1, -1);
      const clearance_m = Math.min(...clear);
      const at = clear.indexOf(clearance_m) + 1;
      return {
        ...{ distance_m, ground_m, apparent_ground_m, line_m, clearance_m, at_m: distance_m[at] ?? 0 },
        sd_m: distance_m.map((_, i) => ERROR_SD_M * Math.min(1, Math.min(i, count - i) / 3)),
        ...{ visible: clearance_m >= 0, probability_visible: cumulative(clearance_m / ERROR_SD_M) },
        ...{ cell_m: 30, refraction_k: K, terrain_source: 'made-up hills', grade: 'usable' },
      };
    },
    veilTile: (name, z, x, y) => {
      const one = caseOf(name);
      const all = standing();
      let last: Place | null = null;
      let found = [0, 0, 0];
      return tile(z, x, y, (at, px, py) => {
        if (last?.[0] !== at[0] || last[1] !== at[1]) {
          last = at;
          const looks = all.flatMap(({ sensor, at: stands }) => {
            if (apart(stands, at) > 20_000) return [];
            const seen = look(sensor, stands, at, one);
            return seen === null ? [] : [{ seen, alive: live(sensor) }];
          });
          const best = (alive: boolean, key: 'low' | 'high'): number =>
            Math.max(0, ...looks.filter((row) => row.alive === alive).map(({ seen }) => seen[key]));
          found = [best(true, 'low'), best(true, 'high'), best(false, 'low')];
        }
        const [sure, possible, lost] = found as [number, number, number];
        if (sure > 0.3) return [127, 184, 138, 90];
        const stripe = (px + py) % 8 < 2;
        if (lost > 0.3) return stripe ? [255, 176, 0, 170] : [255, 176, 0, 25];
        if (possible > 0.3) return stripe ? [127, 184, 138, 150] : [127, 184, 138, 22];
        return [0, 0, 0, 0];
      });
    },
    heightTile: (tower_id, z, x, y) => {
      const all = standing().filter(({ sensor }) => sensor.tower_id === tower_id);
      return tile(z, x, y, (at) => {
        const heights = all
          .map(({ sensor, at: stands }) => look(sensor, stands, at, CASES[0]!))
          .flatMap((seen) => (seen === null || seen.away_m > 6000 ? [] : [seen.height_m]));
        const lowest = Math.min(...heights, Infinity);
        const step = [0.05, 0.5, 1, 2, 5].findIndex((limit) => lowest <= limit);
        return step < 0 ? [0, 0, 0, 0] : [...RAMP[step]!, 165];
      });
    },
  };
  return sight;
}

const RAMP: readonly (readonly number[])[] = [
  [166, 227, 180],
  [111, 194, 166],
  [74, 151, 171],
  [69, 111, 159],
  [77, 75, 132],
];
