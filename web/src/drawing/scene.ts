// What does the drawing show: the plain values that the frame hands to map, ribbon and time bar.
import type { components } from '../api/schema.gen';
import type { LaneShape, WatchedStretch } from '../api/sight';

type Schemas = components['schemas'];

export type Frontier = Schemas['FrontierShape'];
export type Names = Schemas['Names'];
export type LinePoint = Schemas['LinePoint'];
export type Sensor = Schemas['SensorRow'];
export type Watched = WatchedStretch;
/** Probabilities of detection along the line, one for each step from kilometre 0. */
export type Curve = Pick<LaneShape, 'step_m' | 'p_low' | 'p_nominal' | 'p_high'>;
export type Obstacle = Schemas['ObstacleRow'];
export type Unit = Schemas['UnitRow'];
export type Alarm = Schemas['AlarmRow'];
export type Task = Schemas['TaskRow'];
export type CrossingForecast = Schemas['CrossingForecast'];

export type Language = 'en' | 'ar' | 'ckb';

/** One thing that can be selected, wherever it is shown. */
export interface Selection {
  readonly kind:
    | 'alarm'
    | 'track'
    | 'unit'
    | 'sensor'
    | 'tower'
    | 'obstacle'
    | 'incident'
    | 'task'
    | 'stretch'
    | 'section'
    | 'gap';
  /** The thing's name; of a stretch of the watched lane, a chainage in it, metres. */
  readonly id: string;
}

/** A stretch of the line, metres of chainage, first smaller than second. */
export type Range = readonly [from_m: number, to_m: number];

/** Longitude and latitude, degrees, WGS 84. */
export type Position = readonly [lon: number, lat: number];

/** What is known of the selected track beyond its mark: where it was, where it is expected, and in what words. */
export interface TrackFocus {
  readonly track: number;
  /** Oldest first. */
  readonly history: readonly Position[];
  readonly forecast: CrossingForecast | null;
  /** Lines of the callout beside the track, in the page's language; the first is the headline. */
  readonly words: readonly string[];
}

/** Every word that the drawing itself writes; the frame gives them in the page's language. */
export interface DrawingWords {
  readonly responsible: string;
  readonly obstacles: string;
  readonly watched: string;
  /** The lane of holding. */
  readonly held: string;
  readonly alarms: string;
  readonly tracks: string;
  readonly units: string;
  /** Name of the time bar: twenty-four hours, noon to noon local time, so that a night is never cut. */
  readonly time: string;
  readonly kilometre: string;
  readonly map: string;
  readonly mapUnavailable: string;
  readonly simulated: string;
  readonly legend: string;
  readonly line: string;
  readonly uncertain: string;
  readonly trench: string;
  readonly berm: string;
  readonly wire: string;
  readonly wall: string;
  readonly lighting: string;
  readonly patrolRoad: string;
  readonly built: string;
  readonly underWay: string;
  readonly planned: string;
  readonly degraded: string;
  readonly notWatched: string;
  /** What the veil tells of the ground, once sight lines are computed. */
  readonly surelyWatched: string;
  readonly uncertainWatched: string;
  readonly lostGround: string;
  readonly unwatchedGround: string;
  /** The dashed edge of a lane that rests on no walk test. */
  readonly assumed: string;
  /** Legend of the lowest height a tower sees: its title, then one word for each step of the ramp, lowest first. */
  readonly heights: string;
  readonly heightSteps: readonly string[];
  readonly heightsHidden: string;
  readonly tower: string;
  readonly groundSensor: string;
  readonly person: string;
  readonly vehicle: string;
  readonly animal: string;
  readonly unknown: string;
  readonly forecastToCross: string;
  readonly unit: string;
  readonly crossing: string;
  /** How many alarms lie off the map, and at which kilometres. */
  readonly alarmsOffMap: (count: number, kilometres: string) => string;
}

/** The name in the page's language, else the English one. */
export function nameIn(names: Names, language: Language): string {
  return names[language] ?? names.en;
}

/** The same name in the other script of the ground, for people who read the other one; null when there is none. */
export function otherName(names: Names, language: Language): string | null {
  const other = language === 'en' ? (names.ar ?? names.ckb ?? null) : names.en;
  return other === nameIn(names, language) ? null : other;
}

/** True if two selections mean the same thing. */
export function sameSelection(one: Selection | null, other: Selection | null): boolean {
  return one?.kind === other?.kind && one?.id === other?.id;
}
