// What does the centre tell about holding: how surely a crossing is interrupted, and what would be if?
import { api, ask, type Schemas } from './client';

export type HoldShape = Schemas['HoldShape'];
export type HoldCaseShape = Schemas['HoldCaseShape'];
export type HoldTry = Schemas['HoldTry'];
export type HoldChange = Schemas['TryHold']['changes'][number];
export type HeldGap = Schemas['HeldGap'];
export type HeldEvent = Schemas['HeldEvent'];

/** Where figures, tables and maps of all cases are, for other programs. */
export const ARCHIVE = '/api/hold/archive';

export const askHold = (): Promise<HoldShape> => ask(api.GET('/api/hold'));

/** Have it worked out unless it is; what failed is tried again. */
export const workHold = (): Promise<HoldShape> => ask(api.POST('/api/hold/work'));

export const askHoldCase = (name: string): Promise<HoldCaseShape> =>
  ask(api.GET('/api/hold/case', { params: { query: { case: name } } }));

export const tryHold = (body: Schemas['TryHold']): Promise<HoldTry> =>
  ask(api.POST('/api/hold/try', { body }));
