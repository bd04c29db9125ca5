// What does the centre tell about sight: what is watched in which case, who sees a place, and what would be if?
import { api, ask, type Schemas } from './client';

export type SightShape = Schemas['SightShape'];
export type CaseShape = Schemas['CaseShape'];
export type WatchedStretch = Schemas['WatchedStretch'];
export type LaneShape = Schemas['LaneShape'];
export type TryTower = Schemas['TryTower'];
export type LaneTry = Schemas['LaneTry'];
export type SeenBy = Schemas['SeenBy'];
export type SeenBySensor = Schemas['SeenBySensor'];
export type ProfileShape = Schemas['ProfileShape'];
export type ConditionsShape = Schemas['ConditionsShape'];

/** The two ends of a sight line, heights above the ground. */
export interface SightLineAsked {
  readonly from_lon: number;
  readonly from_lat: number;
  readonly from_height_m: number;
  readonly to_lon: number;
  readonly to_lat: number;
  readonly to_height_m: number;
}

export const askSight = (): Promise<SightShape> => ask(api.GET('/api/sight'));

export const askLane = (name: string): Promise<LaneShape> =>
  ask(api.GET('/api/sight/lane', { params: { query: { case: name } } }));

export const askSeenBy = (lon: number, lat: number, name: string): Promise<SeenBy> =>
  ask(api.GET('/api/sight/at', { params: { query: { lon, lat, case: name } } }));

export const askProfile = (asked: SightLineAsked): Promise<ProfileShape> =>
  ask(api.GET('/api/sight/profile', { params: { query: asked } }));

export const tryTower = (body: TryTower): Promise<LaneTry> => ask(api.POST('/api/sight/try', { body }));
