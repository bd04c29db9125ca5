// What does the address say: mode, selection, stretch of the line and case, so that a shift hand-over is a pasted link?

import type { Range, Selection } from '../drawing/scene';
import { NOW, readChoice, writeChoice, type CaseChoice } from './cases';

export const MODES = ['watch', 'plan'] as const;
export type Mode = (typeof MODES)[number];

const SELECTION_KINDS: readonly Selection['kind'][] = [
  'alarm',
  'track',
  'unit',
  'sensor',
  'tower',
  'obstacle',
  'incident',
  'task',
  'stretch',
  'section',
  'gap',
];

export interface Address {
  mode: Mode;
  selection: Selection | null;
  range: Range | null;
  /** For which case the line is shown as watched. */
  choice: CaseChoice;
  /** For which case holding is shown; null for the first. */
  hold: string | null;
  /** One-time token of a sign-in link; it is taken out of the address at once. */
  enter: string | null;
}

function readRange(text: string | null): Range | null {
  const parts = (text ?? '').split('-').map(Number);
  const [from, to] = parts;
  if (parts.length !== 2 || from === undefined || to === undefined) return null;
  if (!Number.isFinite(from) || !Number.isFinite(to) || to <= from || from < 0) return null;
  return [from * 1000, to * 1000];
}

/** A case of holding is a few words joined by hyphens; whether there is one of that name, the centre knows. */
function readHold(text: string | null): string | null {
  return text !== null && /^[a-z]+(-[a-z]+)+$/.test(text) ? text : null;
}

function readSelection(text: string | null): Selection | null {
  if (text === null) return null;
  const colon = text.indexOf(':');
  const kind = SELECTION_KINDS.find((known) => known === text.slice(0, colon));
  const id = text.slice(colon + 1);
  return kind === undefined || id === '' ? null : { kind, id };
}

/** Read the fragment of an address ("#mode=watch&sel=alarm:A-7&km=140-150"); what cannot be read is left out. */
export function readAddress(hash: string): Address {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    mode: MODES.find((mode) => mode === query.get('mode')) ?? 'watch',
    selection: readSelection(query.get('sel')),
    range: readRange(query.get('km')),
    choice: readChoice(query.get('case')),
    hold: readHold(query.get('hold')),
    enter: query.get('enter'),
  };
}

/** Write mode, selection, range and case as a fragment; the range in kilometres to the metre. */
export function writeAddress(
  mode: Mode,
  selection: Selection | null,
  range: Range | null,
  choice: CaseChoice = NOW,
  hold: string | null = null,
): string {
  const query = new URLSearchParams({ mode });
  if (selection !== null) query.set('sel', `${selection.kind}:${selection.id}`);
  if (range !== null) query.set('km', range.map((metres) => String(Math.round(metres) / 1000)).join('-'));
  const written = writeChoice(choice);
  if (written !== null) query.set('case', written);
  if (hold !== null) query.set('hold', hold);
  return `#${query.toString().replaceAll('%3A', ':')}`;
}
