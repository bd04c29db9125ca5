import { describe, expect, test } from 'vitest';
import { frontierRow, gapRow } from '../drawing/rows';
import { LANGUAGES } from '../../src/words/languages';
import { Speech } from '../../src/words/speech.svelte';
import * as hold from '../../src/words/hold';

const speech = new Speech();

describe('holding in words', () => {
  test('a case is its words, in the page’s language', () => {
    expect(hold.holdCaseText(speech, 'night-foot')).toBe('night · person on foot');
    expect(hold.holdCaseText(speech, 'day-vehicle-alert')).toBe('day · vehicle · units on alert');
    expect(hold.holdCaseShortText(speech, 'night-vehicle')).toBe('night · vehicle');
  });

  test('clocks have hours only where there are any', () => {
    expect([5, 185, 7_385, -65].map(hold.sinceText)).toEqual(['0:05', '3:05', '2:03:05', '−1:05']);
  });

  test('bounds are said where they say anything', () => {
    expect(hold.boundedText(speech, 0.5, null, null)).toBe('50 %');
    expect(hold.boundedText(speech, 0.5, 0.4, 0.6)).toBe('50 %, between 40 % and 60 %');
    expect(hold.boundedText(speech, 0.5, 0.5, 0.5)).toBe('50 %');
  });

  test('where nobody is detected nothing else is said to help', () => {
    const unseen = { ...gapRow(0, 1, 0.5, 0), cause: 'detection', if_changed: { detection: 0 } } as const;
    expect(hold.causeText(speech, unseen)).toBe('nobody is detected here in time');
    const seen = { ...unseen, p_interruption_min: 0.2, margin_min_s: 60, if_changed: { detection: 0.36 } };
    expect(hold.causeText(speech, seen)).toBe('would help most: detected twice as surely');
    expect(hold.causeText(speech, { ...seen, verdict: 'lost_outside' })).toBe(
      'no response in time outside the line',
    );
  });

  test('a sentence can be taken apart round the name of who sees', () => {
    const seen = {
      what: 'seen',
      by: 'T-1-radar',
      seconds: 90,
      clock_s: 0,
      lon: 0,
      lat: 0,
      km: 0,
      offset_m: 0,
    } as const;
    for (const language of LANGUAGES) {
      const other = new Speech();
      other.language = language;
      const [before, after] = hold.eventParts(other, seen) ?? [];
      expect(before).not.toBe('');
      expect(`${before}T-1-radar${after}`).toBe(
        hold.eventText(other, seen).replace(/[\u2068\u2069]?T-1-radar[\u2068\u2069]?/, 'T-1-radar'),
      );
    }
    expect(hold.eventParts(speech, { ...seen, what: 'line' })).toBeNull();
    expect(hold.eventParts(speech, { ...seen, what: 'too_late', by: null })).toBeNull();
  });

  test('kinds of time are in words, and an unknown one is told as it is written', () => {
    const told = ['dust', 'radars out', 'link of national-guard out', 'two moons'].map((name) =>
      hold.timeText(speech, name, frontierRow()),
    );
    expect(told).toEqual([
      'dust',
      'all radars out of order',
      'the link of national guard is down',
      'two moons',
    ]);
  });

  test('units are called as on the radio where somebody knows how', () => {
    const change = { what: 'move_unit', unit_id: 'U-1', lon: 0, lat: 0 } as const;
    expect(hold.changeText(speech, change)).toBe('U-1 waits elsewhere');
    expect(hold.changeText(speech, change, () => 'Patrol 1')).toBe('Patrol 1 waits elsewhere');
  });

  test('no word calls anybody an enemy', () => {
    const events = ['start', 'seen', 'line', 'expected', 'latest', 'too_late'] as const;
    const said = events.map((what) =>
      hold.eventText(speech, {
        what,
        clock_s: 0,
        lon: 0,
        lat: 0,
        km: 0,
        offset_m: 0,
        by: 'U-1',
        seconds: 90,
      }),
    );
    expect(said.join(' ')).not.toMatch(/adversary|infiltrat|hostile|enemy/i);
    expect(said[5]).toContain('U-1');
  });
});
