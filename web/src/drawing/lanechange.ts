// What does a moved tower win and lose along the line?
import type { Watched } from './scene';

export interface Change {
  readonly from_m: number;
  readonly to_m: number;
  readonly kind: 'gained' | 'lost';
}

export interface Changes {
  readonly spans: readonly Change[];
  readonly gained_m: number;
  readonly lost_m: number;
}

/** Length of the line in each state, metres. */
export type Lengths = Record<Watched['state'], number>;

/** Add up the stretches state by state. */
export function lengthsOf(stretches: readonly Watched[]): Lengths {
  const lengths: Lengths = { watched: 0, uncertain: 0, lost: 0, unwatched: 0 };
  for (const { state, from_m, to_m } of stretches) lengths[state] += to_m - from_m;
  return lengths;
}

/**
 * Where the line is watched after and was not before, and the other way round. Only what is surely watched counts: ground
 * on which the terrain's error decides is neither won nor lost. Stretches are in order and do not overlap.
 */
export function changesOf(before: readonly Watched[], after: readonly Watched[]): Changes {
  const edges = [...new Set([...before, ...after].flatMap(({ from_m, to_m }) => [from_m, to_m]))];
  edges.sort((one, other) => one - other);
  const [wasWatched, isWatched] = [watchedBy(before), watchedBy(after)];
  const spans: Change[] = [];
  for (let index = 1; index < edges.length; index += 1) {
    const [from_m, to_m] = [edges[index - 1]!, edges[index]!];
    const middle_m = (from_m + to_m) / 2;
    const [was, is] = [wasWatched(middle_m), isWatched(middle_m)];
    if (was === is) continue;
    const kind = is ? 'gained' : 'lost';
    const last = spans.at(-1);
    if (last !== undefined && last.kind === kind && last.to_m === from_m) {
      spans[spans.length - 1] = { ...last, to_m };
    } else {
      spans.push({ from_m, to_m, kind });
    }
  }
  const sum = (kind: Change['kind']): number =>
    spans.filter((span) => span.kind === kind).reduce((total, span) => total + span.to_m - span.from_m, 0);
  return { spans, gained_m: sum('gained'), lost_m: sum('lost') };
}

/** Answer for growing chainages whether the line is watched there. */
function watchedBy(stretches: readonly Watched[]): (chainage_m: number) => boolean {
  let at = 0;
  return (chainage_m) => {
    while (at < stretches.length && stretches[at]!.to_m <= chainage_m) at += 1;
    const here = stretches[at];
    return here !== undefined && here.from_m <= chainage_m && here.state === 'watched';
  };
}
