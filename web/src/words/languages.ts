// Which languages does the page speak, and how does each put a value into a sentence?
import { ar } from './ar';
import { ckb } from './ckb';
import { en, type Key, type Message } from './en';

export const LANGUAGES = ['en', 'ar', 'ckb'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each language calls itself. */
export const OWN_NAMES: Record<Language, string> = { en: 'English', ar: 'العربية', ckb: 'کوردی' };

export const DICTIONARIES: Record<Language, Record<Key, Message>> = { en, ar, ckb };

// Browsers without data for Sorani fall back to English plural rules, which are the same (one, other).
const PLURALS: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules('en'),
  ar: new Intl.PluralRules('ar'),
  ckb: new Intl.PluralRules(['ckb', 'en']),
};

const RIGHT_TO_LEFT_LETTERS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'en' ? 'ltr' : 'rtl';
}

/** Keep a value in its own direction inside a sentence: what <bdi> does, for plain text (labels, canvas, titles). */
export function isolated(value: string, language: Language): string {
  if (language === 'en' && !RIGHT_TO_LEFT_LETTERS.test(value)) return value;
  return `${FIRST_STRONG_ISOLATE}${value}${POP_ISOLATE}`;
}

export type Values = Readonly<Record<string, string | number>>;

/** Say a message in a language. `n` chooses the plural form; "zero" is used when the message has one and n is 0. */
export function sayIn(language: Language, key: Key, values: Values = {}): string {
  const message = DICTIONARIES[language][key];
  const template = typeof message === 'string' ? message : pluralForm(language, message, values.n);
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : isolated(String(value), language);
  });
}

function pluralForm(
  language: Language,
  message: Exclude<Message, string>,
  n: string | number | undefined,
): string {
  const count = Number(n);
  if (count === 0 && message.zero !== undefined) return message.zero;
  return message[PLURALS[language].select(count)] ?? message.other;
}
