import { describe, expect, test } from 'vitest';
import { gapRow } from '../drawing/rows';
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
