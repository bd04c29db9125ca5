// In which order are gaps listed?
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
