// Is the journal read from its end without missing or repeating a record?
import { describe, expect, test } from 'vitest';
import type { Schemas } from '../../src/api/client';
import {
  bodyLines,
  journalTable,
  newestRecord,
  pageEndingAt,
  type ReadJournal,
} from '../../src/state/journal';

function line(seq: number): Schemas['JournalLine'] {
  const at = '2021-03-17T16:00:00Z';
  return {
    ...{ seq, id: `r-${seq}`, type: 'alarm.raised', actor: 'centre', nature: 'simulated' },
    ...{ occurred: at, recorded: at, hash: 'ab'.repeat(32), body: { alarm_id: `A-${seq}` } },
  };
}

/** A centre with so many records; it counts how often it was asked. */
function centre(records: number): { read: ReadJournal; asked: () => number } {
  let asked = 0;
  const read: ReadJournal = (after, limit) => {
    asked += 1;
    const last = Math.min(records, after + limit);
    return Promise.resolve(
      Array.from({ length: Math.max(0, last - after) }, (_, at) => line(after + at + 1)),
    );
  };
  return { read, asked: () => asked };
}

describe('the newest record', () => {
  test.each([0, 1, 99, 499, 500, 501, 1000, 1234, 4000, 123_457])('of %i is found', async (records) => {
    expect(await newestRecord(centre(records).read)).toBe(records);
  });

  test('is found in a long journal with few questions', async () => {
    const { read, asked } = centre(1_000_000);
    await newestRecord(read);
    expect(asked()).toBeLessThan(30);
  });
});

describe('a page', () => {
  test('ends with the record it is asked for, newest first', async () => {
    const page = await pageEndingAt(centre(1234).read, 1234);
    expect(page.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, at) => 1234 - at));
  });

  test('at the beginning is shorter and never begins before it', async () => {
    const page = await pageEndingAt(centre(1234).read, 34);
    expect([page.length, page[0]?.seq, page.at(-1)?.seq]).toEqual([34, 34, 1]);
    expect(await pageEndingAt(centre(0).read, 0)).toEqual([]);
  });
});

describe('a body', () => {
  test('is told field by field, what lies inside with dots', () => {
    const body = {
      alarm_id: 'A-1',
      note: '',
      track: null,
      forecast: { p: 0.5, at: { km: 3 } },
      to: ['a', 'b'],
    };
    expect(bodyLines(body)).toEqual([
      ['alarm_id', 'A-1'],
      ['forecast.p', '0.5'],
      ['forecast.at.km', '3'],
      ['to', 'a, b'],
    ]);
  });

  test('with a long list is cut on the page and says of how many, and is whole in the file', () => {
    const points = Array.from({ length: 500 }, (_, at) => [at, at]);
    const [[, told]] = bodyLines({ points }) as [[string, string]];
    expect(told.length).toBeLessThan(200);
    expect(told).toMatch(/… \(500\)$/);
    const table = journalTable([{ ...line(1), body: { points } }]);
    expect(JSON.parse(String(table.rows[0]?.[table.columns.indexOf('body')]))).toEqual({ points });
  });
});
