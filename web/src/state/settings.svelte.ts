// What does the page remember about this browser: language, keys, guide?
import { LANGUAGES, type Language } from '../words/languages';

const STORE_KEY = 'vallum.settings';

interface Remembered {
  language: Language;
  letterKeys: boolean;
  guideSeen: boolean;
}

function languageOfBrowser(): Language {
  const wanted = navigator.languages.map((tag) => tag.split('-')[0] ?? '');
  // Browsers name Sorani "ckb", and some of them "ku".
  const known = wanted.map((tag) => (tag === 'ku' ? 'ckb' : tag));
  return known.map((tag) => LANGUAGES.find((language) => language === tag)).find((one) => one) ?? 'en';
}

function recall(): Partial<Remembered> {
  try {
    return JSON.parse(localStorage.getItem(STORE_KEY) ?? '{}') as Partial<Remembered>;
  } catch {
    // Storage switched off or written by something else: the page works without memory.
    return {};
  }
}

/** Settings of one browser; each change is remembered at once. */
export class Settings {
  language = $state<Language>('en');
  letterKeys = $state(true);
  guideSeen = $state(false);

  constructor() {
    const before = recall();
    this.language = LANGUAGES.find((one) => one === before.language) ?? languageOfBrowser();
    this.letterKeys = before.letterKeys ?? true;
    this.guideSeen = before.guideSeen ?? false;
  }

  remember(change: Partial<Remembered>): void {
    Object.assign(this, change);
    const { language, letterKeys, guideSeen } = this;
    try {
      localStorage.setItem(STORE_KEY, JSON.stringify({ language, letterKeys, guideSeen }));
    } catch {
      // As above: forgetting a setting is no reason to stop.
    }
  }
}
