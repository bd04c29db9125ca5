// What do ribbon and map show of the holding analysis: one case as it is, and as it would be?
import type { components } from '../api/schema.gen';
import type { Position } from './scene';

type Schemas = components['schemas'];

export type Gap = Schemas['HeldGap'];
export type HeldCase = Pick<Schemas['HoldCaseShape'], 'name' | 'edges_m' | 'p' | 'gaps'>;
export type HeldTry = Pick<Schemas['HoldTry'], 'case' | 'p' | 'gaps'>;

/** One case; `tried` is what would be, and null while nothing is tried. */
export interface Holding {
  readonly held: HeldCase;
  readonly tried: HeldTry | null;
  /** Probability from which on a stretch counts as held. */
  readonly required: number;
}

/** What is only tried and stands somewhere: a tower, or a unit that waits there. */
export interface TriedPlace {
  readonly kind: 'tower' | 'unit';
  readonly at: Position;
}

/** What the map shows of it. */
export interface HoldingMap extends Holding {
  readonly places: readonly TriedPlace[];
  /** Stretches along which something is built, kilometres of chainage. */
  readonly built: readonly (readonly [from_km: number, to_km: number])[];
}

/** The name under which a gap is selected: its case, and the kilometre of its lowest value. */
export function gapId(name: string, gap: Pick<Gap, 'at_km'>): string {
  return `${name}:${gap.at_km}`;
}

/** The gaps as they would be, else as they are. */
export function gapsNow({ held, tried }: Holding): readonly Gap[] {
  return tried?.gaps ?? held.gaps;
}
