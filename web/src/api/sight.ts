// What does the centre tell about sight: what is watched in which case, who sees a place, and what would be if?
import { ask, type Schemas } from './client';

/** How it stands with the sight lines of the centre. */
export interface SightShape {
  state: 'none' | 'computing' | 'ready' | 'failed';
  reason: string | null;
  /** 0 to 1 while they are being computed. */
  progress: number;
  /** Grows with every change of sensors or of their states. */
  version: number;
  /** What the live lane stands on. */
  lane_from: 'sight lines' | 'registered sectors';
  cell_m: number;
  step_m: number;
  half_width_m: number;
  watched_at: number;
  refraction_k: number;
  terrain: {
    cell_m: number;
    grade: string;
    source: string;
    error_sd_m: number;
    error_length_m: number;
    error_source: string;
  } | null;
  /** What has to be said with every result, in the centre's words. */
  notes: string[];
  cases: CaseShape[];
  live_case: string;
  /** Share of the cells within reach where the terrain's error decides. */
  opinion_share: number | null;
  /** Sensors that count as seeing nothing, and why. */
  left_out: { sensor_id: string; why: string }[];
}

export interface CaseShape {
  name: string;
  target: 'person' | 'vehicle' | 'animal';
  light: 'day' | 'night';
  weather: 'clear' | 'haze' | 'dust' | 'rain';
  proven_only: boolean;
}

/** A stretch of the line; what sight lines add is missing where they are not computed. */
export type WatchedStretch = Omit<Schemas['WatchedStretch'], 'state'> & {
  state: Schemas['WatchedStretch']['state'] | 'uncertain';
  /** True if it rests on no walk-tested sensor. */
  assumed?: boolean;
  p_low?: number | null;
  p_nominal?: number | null;
  p_high?: number | null;
};

export interface LaneShape {
  case: string;
  version: number;
  step_m: number;
  p_low: number[];
  p_nominal: number[];
  p_high: number[];
  sensors_live: number[];
  stretches: WatchedStretch[];
}

export interface TryTower {
  tower_id: string;
  lon: number;
  lat: number;
  mast_m: number;
  case: string;
}

export interface LaneTry {
  case: string;
  version: number;
  from_m: number;
  to_m: number;
  step_m: number;
  p_low: number[];
  p_nominal: number[];
  p_high: number[];
  stretches: WatchedStretch[];
  took_ms: number;
}

export interface SeenBySensor {
  sensor_id: string;
  tower_id: string | null;
  band: 'sure' | 'likely' | 'possible';
  probability: number;
  /** Negative where the ground itself is seen; null of a sensor that needs no sight. */
  minimum_visible_height_m: number | null;
  distance_m: number;
  state: Schemas['SensorRow']['state'];
  proven: boolean;
}

export interface SeenBy {
  lon: number;
  lat: number;
  chainage_m: number | null;
  offset_m: number | null;
  ground_m: number | null;
  seen_by: SeenBySensor[];
}

export interface ProfileShape {
  distance_m: number[];
  ground_m: number[];
  /** Ground lowered by the earth's curve less refraction: on it the line of sight is straight. */
  apparent_ground_m: number[];
  line_m: number[];
  sd_m: number[];
  clearance_m: number;
  at_m: number;
  visible: boolean;
  probability_visible: number;
  cell_m: number;
  refraction_k: number;
  terrain_source: string;
  grade: string;
}

/** The two ends of a sight line, heights above the ground. */
export interface SightLineAsked {
  from_lon: number;
  from_lat: number;
  from_height_m: number;
  to_lon: number;
  to_lat: number;
  to_height_m: number;
}

export const askSight = (): Promise<SightShape> => got('/api/sight');

export const askLane = (name: string): Promise<LaneShape> => got('/api/sight/lane', { case: name });

export const askSeenBy = (lon: number, lat: number, name: string): Promise<SeenBy> =>
  got('/api/sight/at', { lon, lat, case: name });

export const askProfile = (asked: SightLineAsked): Promise<ProfileShape> =>
  got('/api/sight/profile', { ...asked });

export const tryTower = (body: TryTower): Promise<LaneTry> =>
  ask(answer(fetch('/api/sight/try', { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) })));

const JSON_BODY = { 'Content-Type': 'application/json' };

function got<T>(path: string, query: Record<string, string | number> = {}): Promise<T> {
  const text = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = text.length === 0 ? '' : `?${new URLSearchParams(text).toString()}`;
  return ask(answer<T>(fetch(`${path}${search}`)));
}

async function answer<T>(
  request: Promise<Response>,
): Promise<{ data?: T; error?: unknown; response: Response }> {
  const response = await request;
  const body: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: body as T, response } : { error: body, response };
}
