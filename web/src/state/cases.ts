// For what is the line watched: which light, which weather, whom, and counting only what walk tests proved?
import type { CaseShape } from '../api/sight';

export type Case = Omit<CaseShape, 'name'>;

/** What somebody chose: a case by its name or, as null, the one that holds now; and whether only proof counts. */
export interface CaseChoice {
  readonly base: string | null;
  readonly proven: boolean;
}

export const NOW: CaseChoice = { base: null, proven: false };

const PROVEN = 'proven-only';
const WORDS: Record<string, Partial<Case>> = {
  day: { light: 'day' },
  night: { light: 'night' },
  clear: { weather: 'clear' },
  haze: { weather: 'haze' },
  dust: { weather: 'dust' },
  rain: { weather: 'rain' },
  person: { target: 'person' },
  foot: { target: 'person' },
  people: { target: 'person' },
  vehicle: { target: 'vehicle' },
  vehicles: { target: 'vehicle' },
  animal: { target: 'animal' },
  animals: { target: 'animal' },
};

const UNSAID: Case = { target: 'person', light: 'night', weather: 'clear', proven_only: false };

/** Read a case's name as the centre does: what is not said is night, clear air and a person; null if it is none. */
export function readCase(name: string): Case | null {
  const { base, proven } = readChoice(name);
  if (base === null) return null;
  let said: Partial<Case> = {};
  for (const word of base.split('-')) {
    const meant = WORDS[word];
    if (meant === undefined) return null;
    const both = { ...said, ...meant };
    // two words that say different things make no case
    if (Object.entries(said).some(([field, value]) => both[field as keyof Case] !== value)) return null;
    said = both;
  }
  return { ...UNSAID, ...said, proven_only: proven };
}

/** Read what an address says of the case; a name that is none is told as it stands, for the list to judge. */
export function readChoice(text: string | null): CaseChoice {
  if (text === null || text === '') return NOW;
  if (text === PROVEN) return { base: null, proven: true };
  const proven = text.endsWith(`-${PROVEN}`);
  return { base: proven ? text.slice(0, -PROVEN.length - 1) : text, proven };
}

/** Write a choice for the address; null when nothing was chosen. */
export function writeChoice({ base, proven }: CaseChoice): string | null {
  const parts = [...(base === null ? [] : [base]), ...(proven ? [PROVEN] : [])];
  return parts.length === 0 ? null : parts.join('-');
}

export function sameCase(one: Case, other: Case): boolean {
  return (
    one.target === other.target &&
    one.light === other.light &&
    one.weather === other.weather &&
    one.proven_only === other.proven_only
  );
}

/** The case of the centre that a choice means now; null when the centre has none like it. */
export function chosenCase(choice: CaseChoice, cases: readonly CaseShape[], live: string): CaseShape | null {
  const named = choice.base ?? live;
  const base = cases.find((one) => one.name === named) ?? readCase(named);
  if (base === null) return null;
  const wanted: Case = { ...base, proven_only: choice.proven };
  return cases.find((one) => sameCase(one, wanted)) ?? null;
}
