// Who answers for which stretch, as stated today?
import { nameIn, type Frontier, type Language } from './scene';

/** A stretch of the line and the parties of its first line; several where several were named. */
export interface ResponsibleStretch {
  readonly from_m: number;
  readonly to_m: number;
  readonly parties: readonly string[];
}

/** Cut the line at every change of a standing first-line assignment; neighbours with the same parties are one. */
export function responsibleStretches(frontier: Pick<Frontier, 'assignments'>): ResponsibleStretch[] {
  const standing = frontier.assignments.filter(
    (row) => row.role === 'first_line' && (row.until ?? null) === null,
  );
  const cuts = [...new Set(standing.flatMap((row) => [row.from_m, row.to_m]))].sort(
    (one, other) => one - other,
  );
  const stretches: ResponsibleStretch[] = [];
  for (let index = 1; index < cuts.length; index += 1) {
    const [from_m, to_m] = [cuts[index - 1]!, cuts[index]!];
    const rows = standing.filter((row) => row.from_m <= from_m && row.to_m >= to_m);
    const parties = [...new Set(rows.map((row) => row.party))].sort();
    if (parties.length === 0) continue;
    const before = stretches.at(-1);
    if (before !== undefined && before.to_m === from_m && before.parties.join() === parties.join()) {
      stretches[stretches.length - 1] = { ...before, to_m };
    } else {
      stretches.push({ from_m, to_m, parties });
    }
  }
  return stretches;
}

/** The parties of a stretch in words. */
export function partiesInWords(frontier: Frontier, parties: readonly string[], language: Language): string {
  return parties.map((party) => nameOf(frontier, party, language)).join(' · ');
}

function nameOf(frontier: Frontier, party: string, language: Language): string {
  const names = frontier.parties[party];
  return names === undefined ? party : nameIn(names, language);
}
