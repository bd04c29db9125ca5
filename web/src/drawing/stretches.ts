// Which stretch of the watched lane is meant? It is named by a chainage in it, because its ends move as sensors fall
// silent and come back.
import type { Selection, Watched } from './scene';

/** The stretch that holds the chainage a selection names; undefined when no stretch does. */
export function selectedStretch(
  watched: readonly Watched[],
  selection: Selection | null,
): Watched | undefined {
  if (selection?.kind !== 'stretch') return undefined;
  const at_m = Number(selection.id);
  return watched.find((one) => at_m >= one.from_m && at_m < one.to_m);
}

/** The selection that means a stretch: its middle, to the metre. */
export function selectionOfStretch({ from_m, to_m }: Watched): Selection {
  return { kind: 'stretch', id: String(Math.floor((from_m + to_m) / 2)) };
}
