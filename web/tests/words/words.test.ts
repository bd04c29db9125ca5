// Does the page say everything in every language, and nothing in the wrong one?
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { en, type Key, type Message } from '../../src/words/en';
import { DICTIONARIES, isolated, LANGUAGES, sayIn } from '../../src/words/languages';

// Names of standards and of the product that stay as they are.
const SAME_IN_ALL: ReadonlySet<string> = new Set(['page_title', 'page_title_alarms', 'utc', 'done_step']);
const KEYS = Object.keys(en) as Key[];
const OTHERS = LANGUAGES.filter((language) => language !== 'en');

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message);
}

const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe.each(OTHERS)('%s', (language) => {
  const dictionary = DICTIONARIES[language];

  test('has exactly the keys of English', () => {
    expect(Object.keys(dictionary).sort()).toEqual([...KEYS].sort());
  });

  test('says nothing in English', () => {
    const same = KEYS.filter((key) => forms(dictionary[key]).some((text) => forms(en[key]).includes(text)));
    expect(same.filter((key) => !SAME_IN_ALL.has(key))).toEqual([]);
  });

  test('leaves no text empty', () => {
    expect(KEYS.filter((key) => forms(dictionary[key]).some((text) => text.trim() === ''))).toEqual([]);
  });

  test('uses only the values that English is given', () => {
    for (const key of KEYS) {
      const given = new Set(forms(en[key]).flatMap(holes));
      for (const text of forms(dictionary[key])) {
        expect([key, holes(text).filter((hole) => !given.has(hole))]).toEqual([key, []]);
      }
    }
  });

  test('tells every value when a text has one form only', () => {
    for (const key of KEYS) {
      const message = dictionary[key];
      if (typeof message !== 'string' || typeof en[key] !== 'string') continue;
      expect([key, holes(message)]).toEqual([key, holes(en[key])]);
    }
  });

  test('has a plural wherever English has one', () => {
    const plural = KEYS.filter((key) => typeof en[key] !== 'string');
    expect(plural.filter((key) => typeof dictionary[key] === 'string')).toEqual([]);
  });
});

test('Arabic has all of its plural forms wherever it counts', () => {
  const counted = KEYS.map((key) => DICTIONARIES.ar[key]).filter((message) => typeof message !== 'string');
  for (const message of counted.filter((one) => 'few' in one)) {
    expect(Object.keys(message).sort()).toEqual(['few', 'many', 'one', 'other', 'two', 'zero']);
  }
});

test('nobody is called an enemy', () => {
  const said = KEYS.flatMap((key) => forms(en[key]))
    .join(' ')
    .toLowerCase();
  for (const word of ['hostile', 'infiltrator', 'adversary', 'enemy', 'target', 'intruder']) {
    expect(said).not.toContain(word);
  }
});

test('a plural is chosen by the number', () => {
  expect(sayIn('en', 'figure_alarms_waiting', { n: 0 })).toBe('no alarm waits for you');
  expect(sayIn('en', 'figure_alarms_waiting', { n: 1 })).toBe('1 alarm needs somebody');
  expect(sayIn('en', 'figure_alarms_waiting', { n: 3 })).toBe('3 alarms need somebody');
  expect(sayIn('ar', 'figure_alarms_waiting', { n: 2 })).toBe('إنذاران بانتظار من يستلمهما');
});

test('a value keeps its own direction inside a sentence of the other', () => {
  expect(sayIn('ar', 'km_value', { value: '149.2' })).toBe('كم \u2068149.2\u2069');
  expect(sayIn('en', 'km_value', { value: '149.2' })).toBe('km 149.2');
  expect(isolated('دورية 3', 'en')).toBe('\u2068دورية 3\u2069');
});

test('every word of the dictionary is said somewhere', () => {
  const root = new URL('../../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf-8' });
  const source = files
    .filter((file) => /\.(ts|svelte)$/.test(file) && !/words\/(en|ar|ckb)\.ts$/.test(file))
    .map((file) => readFileSync(new URL(file, root), 'utf-8'))
    .join('\n');
  const begun = [...source.matchAll(/`([a-z_]+_)\$\{/g)].map((match) => match[1] as string);
  const said = (key: string): boolean =>
    source.includes(`'${key}'`) ||
    source.includes(`of="${key}"`) ||
    begun.some((beginning) => key.startsWith(beginning));
  expect(KEYS.filter((key) => !said(key))).toEqual([]);
});
