// Is a case read as it is written, and does a choice mean what the centre has?
import { describe, expect, test } from 'vitest';
import type { CaseShape } from '../../src/api/sight';
import { chosenCase, NOW, readCase, readChoice, writeChoice } from '../../src/state/cases';

const person = { target: 'person', light: 'night', weather: 'clear', proven_only: false } as const;

describe('the name of a case', () => {
  test('what is not said is night and clear air', () => {
    expect(readCase('person')).toEqual(person);
    expect(readCase('night-person')).toEqual(person);
    expect(readCase('foot')).toEqual(person);
    expect(readCase('night')).toEqual(person);
    expect(readCase('person-foot')).toEqual(person);
    expect(readCase('dust-person')).toEqual({ ...person, weather: 'dust' });
    expect(readCase('day-haze-vehicle')).toEqual({
      ...person,
      light: 'day',
      weather: 'haze',
      target: 'vehicle',
    });
    expect(readCase('night-person-proven-only')).toEqual({ ...person, proven_only: true });
  });

  test.each(['', 'proven-only', 'night-ghost', 'day-night-person', 'person-vehicle', 'night--person'])(
    '"%s" is none',
    (name) => {
      expect(readCase(name)).toBeNull();
    },
  );
});

describe('a choice', () => {
  const made = (name: string, given: Partial<CaseShape> = {}): CaseShape => ({ name, ...person, ...given });
  const cases = [
    made('night-person'),
    made('night-person-proven-only', { proven_only: true }),
    made('day-vehicle', { light: 'day', target: 'vehicle' }),
  ];
  const name = (text: string | null, live = 'night-person'): string | undefined =>
    chosenCase(readChoice(text), cases, live)?.name;

  test('is written as it was read', () => {
    for (const text of [null, 'proven-only', 'day-vehicle', 'day-vehicle-proven-only']) {
      expect(writeChoice(readChoice(text))).toBe(text);
    }
    expect(readChoice('')).toEqual(NOW);
  });

  test('none follows what holds now, at dusk too', () => {
    expect(name(null)).toBe('night-person');
    expect(name(null, 'day-vehicle')).toBe('day-vehicle');
    expect(name('proven-only')).toBe('night-person-proven-only');
  });

  test('in other words finds the case that means the same', () => {
    expect(name('person')).toBe('night-person');
    expect(name('vehicle-day')).toBe('day-vehicle');
  });

  test('of a case that the centre does not have finds nothing', () => {
    expect(name('day-vehicle-proven-only')).toBeUndefined();
    expect(name('rain-animal')).toBeUndefined();
    expect(name('nonsense')).toBeUndefined();
  });
});
