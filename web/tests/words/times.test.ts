// Are instants told in the zone and calendar that are named beside them?
import { expect, test } from 'vitest';
import {
  spanParts,
  clockRead,
  laterToday,
  clockText,
  dateText,
  hijriText,
  kilometreText,
  numberText,
  zoneText,
} from '../../src/words/times';

const EVENING = Date.parse('2021-03-17T21:30:05Z');

test('a local time is the time of its zone', () => {
  expect(clockText(EVENING, 'UTC', true)).toBe('21:30:05');
  expect(clockText(EVENING, 'Asia/Baghdad')).toBe('00:30');
});

test('the day changes at local midnight', () => {
  expect(dateText(EVENING, 'UTC', 'en')).toBe('17 Mar 2021');
  expect(dateText(EVENING, 'Asia/Baghdad', 'ar')).toBe('18 آذار 2021');
});

test('the Hijri day is that of the Umm al-Qura calendar', () => {
  expect(hijriText(EVENING, 'UTC', 'en')).toBe('4 Shaʿban 1442');
  expect(hijriText(Date.parse('2021-04-13T12:00:00Z'), 'UTC', 'ckb')).toBe('1 ڕەمەزان 1442');
});

test('a zone without a translation keeps the name of its city', () => {
  expect(zoneText('Asia/Baghdad', 'ar')).toBe('بغداد');
  expect(zoneText('America/El_Salvador', 'ar')).toBe('El Salvador');
});

test('chainage is told in kilometres with one decimal, and nought has no sign', () => {
  expect(kilometreText(149_249)).toBe('149.2');
  expect(numberText(-0.04, 1)).toBe('0.0');
});

test('what a person writes as a time is the nearest instant at which a clock there shows it', () => {
  const read = (text: string): string | null => {
    const ms = clockRead(text, EVENING, 'Asia/Baghdad');
    return ms === null ? null : new Date(ms).toISOString();
  };
  expect(read('00:12')).toBe('2021-03-17T21:12:00.000Z');
  expect(read('2350')).toBe('2021-03-17T20:50:00.000Z');
  expect(read('7:05')).toBe('2021-03-18T04:05:00.000Z');
  expect([read('24:00'), read('1860'), read('soon'), read('')]).toEqual([null, null, null, null]);
});

test('until when something is believed lies ahead, at most a day', () => {
  const now = Date.parse('2021-03-17T20:50:00Z');
  const told = (text: string): string | null => {
    const at = laterToday(text, now, 'Asia/Baghdad');
    return at === null ? null : new Date(at).toISOString();
  };
  // it is 23:50 in Baghdad
  expect(told('02:00')).toBe('2021-03-17T23:00:00.000Z');
  expect(told('23:55')).toBe('2021-03-17T20:55:00.000Z');
  expect(told('23:50')).toBe('2021-03-18T20:50:00.000Z');
  expect(told('2330')).toBe('2021-03-18T20:30:00.000Z');
  expect(told('soon')).toBeNull();
});

test('a span is told as roughly as a person would say it, and never below nothing', () => {
  expect(spanParts(5202)).toEqual({ hours: 1, minutes: 27 });
  expect(spanParts(119)).toEqual({ seconds: 119 });
  expect(spanParts(3599)).toEqual({ hours: 1, minutes: 0 });
  expect(spanParts(150)).toEqual({ minutes: 3 });
  expect(spanParts(-3)).toEqual({ seconds: 0 });
});
