// How is the journal read from its end, when it is asked from its beginning?
import type { Schemas } from '../api/client';
import { tableOf, type Table } from './tables';

type Line = Schemas['JournalLine'];
/** Asks for records after a number, in order, at most so many. */
export type ReadJournal = (after: number, limit: number) => Promise<readonly Line[]>;

export const LINES_PER_PAGE = 100;
const MOST_LINES = 500;

/** Number of the newest record, 0 for none: in doubling strides past the end, then by halving, then by reading. */
export async function newestRecord(read: ReadJournal): Promise<number> {
  const goesOn = async (after: number): Promise<boolean> => (await read(after, 1)).length > 0;
  let reached = 0;
  let beyond = MOST_LINES;
  while (await goesOn(beyond)) {
    reached = beyond;
    beyond *= 2;
  }
  while (beyond - reached > MOST_LINES) {
    const middle = Math.floor((reached + beyond) / 2);
    if (await goesOn(middle)) reached = middle;
    else beyond = middle;
  }
  return (await read(reached, MOST_LINES)).at(-1)?.seq ?? 0;
}

/** One page that ends with a record, the newest first. */
export async function pageEndingAt(read: ReadJournal, end: number): Promise<readonly Line[]> {
  const after = Math.max(0, end - LINES_PER_PAGE);
  return end === 0 ? [] : [...(await read(after, end - after))].reverse();
}

const LONGEST_VALUE = 160;

/** A record's body as names and values; what lies inside is named with dots, long lists are counted. */
export function bodyLines(
  body: Readonly<Record<string, unknown>>,
  within = '',
): [name: string, value: string][] {
  return Object.entries(body).flatMap(([key, value]): [string, string][] => {
    const name = within + key;
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return [];
    if (typeof value !== 'object') return [[name, String(value)]];
    if (!Array.isArray(value)) return bodyLines(value as Record<string, unknown>, `${name}.`);
    const plain = value.every((one) => typeof one !== 'object');
    const text = plain ? value.join(', ') : JSON.stringify(value);
    return [
      [name, text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (${value.length})`],
    ];
  });
}

/** The records as the API gives them, for a file; bodies are whole. */
export function journalTable(lines: readonly Line[]): Table {
  const rows = lines.map((line) => ({ ...line, body: JSON.stringify(line.body) }));
  return tableOf(['seq', 'id', 'type', 'actor', 'nature', 'occurred', 'recorded', 'hash', 'body'], rows);
}
