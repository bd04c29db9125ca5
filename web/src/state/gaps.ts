// In which order are gaps listed, and which would be closed or opened?
import { gapId, type Gap } from '../drawing/holding';

export type GapOrder = 'worst' | 'along';

/** The worst first: the least surely held, and of two alike the longer one; or as they lie along the line. */
export function inOrder(gaps: readonly Gap[], order: GapOrder): Gap[] {
  const along = (one: Gap, other: Gap): number => one.from_km - other.from_km;
  if (order === 'along') return [...gaps].sort(along);
  return [...gaps].sort(
    (one, other) =>
      one.p_interruption_min - other.p_interruption_min ||
      other.length_km - one.length_km ||
      along(one, other),
  );
}

/** True if two gaps have ground in common. */
export function meets(one: Gap, other: Gap): boolean {
  return one.from_km < other.to_km && other.from_km < one.to_km;
}

/**
 * What a selected gap is called now. Its name is the kilometre of its lowest value, which moves when something is tried or
 * worked out anew: then the gap that lies there now is meant. Null when its case is another, or there is none.
 */
export function nameNow(id: string, name: string, now: readonly Gap[]): string | null {
  const at_km = Number(id.slice(name.length + 1));
  if (!id.startsWith(`${name}:`) || !Number.isFinite(at_km)) return null;
  const found =
    now.find((gap) => gap.at_km === at_km) ??
    now.find(({ from_km, to_km }) => from_km <= at_km && at_km <= to_km);
  return found === undefined ? null : gapId(name, found);
}

/** How many gaps have nothing of them left, and how many are where none was. */
export function closedAndOpened(
  before: readonly Gap[],
  now: readonly Gap[],
): { readonly closed: number; readonly opened: number } {
  return {
    closed: before.filter((gap) => !now.some((other) => meets(gap, other))).length,
    opened: now.filter((gap) => !before.some((other) => meets(gap, other))).length,
  };
}
