// How much of the line is watched now, how much perhaps, and how much not?
import type { WatchedStretch } from '../api/sight';

/** Whole kilometres by state; they add up to the whole of the line. */
export interface WatchedSum {
  readonly watched: number;
  readonly uncertain: number;
  /** What no sensor watches, and what is lost with a silent one. */
  readonly not: number;
}

/** Add up the stretches of the line, metres; whole kilometres whose sum is that of the whole line. */
export function watchedSum(
  stretches: readonly Pick<WatchedStretch, 'from_m' | 'to_m' | 'state'>[],
): WatchedSum {
  const sum = { watched: 0, uncertain: 0, not: 0 };
  for (const { from_m, to_m, state } of stretches) {
    sum[state === 'watched' || state === 'uncertain' ? state : 'not'] += to_m - from_m;
  }
  const [watched, uncertain] = [Math.round(sum.watched / 1000), Math.round(sum.uncertain / 1000)];
  const whole = Math.round((sum.watched + sum.uncertain + sum.not) / 1000);
  return { watched, uncertain, not: Math.max(0, whole - watched - uncertain) };
}
