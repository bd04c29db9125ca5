// Which key means what, and when are keys left alone?

export type KeyAction =
  | 'next'
  | 'previous'
  | 'open'
  | 'acknowledge'
  | 'send'
  | 'look'
  | 'shelve'
  | 'close'
  | 'incident'
  | 'new'
  | 'search'
  | 'seen'
  | 'help'
  | 'watch'
  | 'plan';

const SINGLE: Record<string, KeyAction> = {
  j: 'next',
  k: 'previous',
  a: 'acknowledge',
  t: 'send',
  l: 'look',
  s: 'shelve',
  c: 'close',
  i: 'incident',
  n: 'new',
  v: 'seen',
  '/': 'search',
  '?': 'help',
};
const AFTER_G: Record<string, KeyAction> = { w: 'watch', p: 'plan' };
// These are not letters, so they stay when single-letter keys are switched off.
const ALWAYS: Record<string, KeyAction> = { ArrowDown: 'next', ArrowUp: 'previous', Enter: 'open' };

// Physical keys, for keyboards whose letters are not Latin (Arabic, Kurdish).
const BY_CODE: Record<string, string> = {
  KeyJ: 'j',
  KeyK: 'k',
  KeyA: 'a',
  KeyT: 't',
  KeyL: 'l',
  KeyS: 's',
  KeyC: 'c',
  KeyI: 'i',
  KeyN: 'n',
  KeyV: 'v',
  KeyG: 'g',
  KeyW: 'w',
  KeyP: 'p',
};

export interface Pressed {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

export interface KeyReading {
  action: KeyAction | null;
  /** True after "g": the next letter names a mode. */
  afterG: boolean;
}

/** Read one key press. `lettersOn` false leaves only arrows and Enter (WCAG 2.1.4). */
export function readKey(pressed: Pressed, afterG: boolean, lettersOn: boolean): KeyReading {
  const nothing: KeyReading = { action: null, afterG: false };
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return nothing;
  const always = ALWAYS[pressed.key];
  if (always !== undefined) return { action: always, afterG: false };
  if (!lettersOn) return nothing;
  const isLatin = /^[\x20-\x7e]$/.test(pressed.key);
  const letter = isLatin ? pressed.key.toLowerCase() : (BY_CODE[pressed.code] ?? pressed.key);
  if (afterG) return { action: AFTER_G[letter] ?? null, afterG: false };
  if (letter === 'g') return { action: null, afterG: true };
  // An Arabic keyboard types its own question mark.
  return { action: SINGLE[letter === '؟' ? '?' : letter] ?? null, afterG: false };
}
