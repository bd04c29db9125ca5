// In which order are gaps listed, and which would be closed or opened?
import type { Gap } from '../drawing/holding';

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

/** How many gaps have nothing of them left, and how many are where none was. */
export function closedAndOpened(
  before: readonly Gap[],
  now: readonly Gap[],
): { readonly closed: number; readonly opened: number } {
  const meets = (one: Gap) => (other: Gap) => one.from_km < other.to_km && other.from_km < one.to_km;
  return {
    closed: before.filter((gap) => !now.some(meets(gap))).length,
    opened: now.filter((gap) => !before.some(meets(gap))).length,
  };
}
