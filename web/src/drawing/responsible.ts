// Who answers for which stretch, as stated today?
import { nameIn, type Frontier, type Language } from './scene';

/** A stretch of the line, its section, and who keeps it: the first line first, then who helps or watches. */
export interface ResponsibleStretch {
  readonly from_m: number;
  readonly to_m: number;
  /** Null where no section is named. */
  readonly section_id: string | null;
  readonly parties: readonly string[];
}

// who builds is no answer to the question who comes
const ROLES = ['first_line', 'second_line', 'watcher'] as const;

/** Cut the line at every section and every change of a standing assignment; neighbours that say the same are one. */
export function responsibleStretches(
  frontier: Pick<Frontier, 'assignments' | 'sections'>,
): ResponsibleStretch[] {
  const standing = ROLES.flatMap((role) =>
    frontier.assignments.filter((row) => row.role === role && (row.until ?? null) === null),
  );
  const ends = [...standing, ...frontier.sections].flatMap((row) => [row.from_m, row.to_m]);
  const cuts = [...new Set(ends)].sort((one, other) => one - other);
  const stretches: ResponsibleStretch[] = [];
  for (let index = 1; index < cuts.length; index += 1) {
    const [from_m, to_m] = [cuts[index - 1]!, cuts[index]!];
    const covers = (row: { from_m: number; to_m: number }): boolean =>
      row.from_m <= from_m && row.to_m >= to_m;
    const parties = [...new Set(standing.filter(covers).map((row) => row.party))];
    const section_id = frontier.sections.find(covers)?.section_id ?? null;
    if (parties.length === 0 && section_id === null) continue;
    const before = stretches.at(-1);
    const same =
      before !== undefined &&
      before.to_m === from_m &&
      before.section_id === section_id &&
      before.parties.join() === parties.join();
    if (same) stretches[stretches.length - 1] = { ...before, to_m };
    else stretches.push({ from_m, to_m, section_id, parties });
  }
  return stretches;
}

/** Who stands for what at one place, as stated today: the first line first. */
export function answeringAt(
  frontier: Pick<Frontier, 'assignments' | 'sections'>,
  chainage_m: number,
): Pick<ResponsibleStretch, 'section_id' | 'parties'> {
  const covers = (row: { from_m: number; to_m: number }): boolean =>
    row.from_m <= chainage_m && row.to_m >= chainage_m;
  const standing = ROLES.flatMap((role) =>
    frontier.assignments.filter((row) => row.role === role && (row.until ?? null) === null && covers(row)),
  );
  return {
    section_id: frontier.sections.find(covers)?.section_id ?? null,
    parties: [...new Set(standing.map((row) => row.party))],
  };
}

/** A stretch in words: its section, then its parties. */
export function stretchInWords(frontier: Frontier, stretch: ResponsibleStretch, language: Language): string {
  const parties = stretch.parties.map((party) => nameOf(frontier, party, language));
  return [...(stretch.section_id === null ? [] : [stretch.section_id]), ...parties].join(' · ');
}

/** What is said of a stretch from all there is to nothing: everything, its section and who is first there, its section. */
export function shorterWords(frontier: Frontier, stretch: ResponsibleStretch, language: Language): string[] {
  const { section_id, parties } = stretch;
  const first = stretchInWords(frontier, { ...stretch, parties: parties.slice(0, 1) }, language);
  return [stretchInWords(frontier, stretch, language), first, ...(section_id === null ? [] : [section_id])];
}

/** The same with the section's own name, for who has room to read it. */
export function stretchInFull(frontier: Frontier, stretch: ResponsibleStretch, language: Language): string {
  const name = frontier.sections.find(({ section_id }) => section_id === stretch.section_id)?.name;
  const parties = stretch.parties.map((party) => nameOf(frontier, party, language));
  return [
    ...(stretch.section_id === null ? [] : [stretch.section_id]),
    ...(name === undefined ? [] : [name]),
    ...parties,
  ].join(' · ');
}

function nameOf(frontier: Frontier, party: string, language: Language): string {
  const names = frontier.parties[party];
  return names === undefined ? party : nameIn(names, language);
}
