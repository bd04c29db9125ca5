// How are cases, chances and heights of sight said?
import type { ConditionsShape, ProfileShape, WatchedStretch } from '../api/sight';
import type { Schemas } from '../api/client';
import { firstHidden_m, type ProfileWords } from '../drawing/profile';
import type { Case } from '../state/cases';
import { isKey } from './things';
import type { Speech } from './speech.svelte';
import { numberText } from './times';

/** "night · person on foot", "day · dust · vehicle · only walk-tested"; clear air goes without saying. */
export function caseText(speech: Speech, one: Case): string {
  const { say } = speech;
  return [
    say(`light_${one.light}`),
    ...(one.weather === 'clear' ? [] : [say(`weather_${one.weather}`)]),
    say(`legend_${one.target}`),
    ...(one.proven_only ? [say('case_proven')] : []),
  ].join(' · ');
}

/** The same in as few letters as the lane has room for: what is usual goes without saying. */
export function caseShortText({ say }: Speech, one: Case): string {
  const light = one.weather === 'clear' || one.light === 'day' ? [say(`light_${one.light}`)] : [];
  const weather = one.weather === 'clear' ? [] : [say(`weather_${one.weather}`)];
  const proven = one.proven_only ? [say('case_proven_short')] : [];
  return [...light, ...weather, say(`whom_${one.target}`), ...proven].join(' · ');
}

/** Light and weather of now; clear air is an assumption while nobody has said so. */
export function conditionsText({ say }: Speech, now: ConditionsShape): string {
  const weather = say(`weather_${now.weather}`);
  const said = now.weather_stated_by === null ? say('weather_assumed', { weather }) : weather;
  return `${say(`light_${now.light}`)}, ${said}`;
}

/** A probability as per cent. What is almost sure or almost impossible is not rounded to what it is not. */
export function chanceText({ say }: Speech, probability: number): string {
  const n = Math.round(probability * 100);
  if (n === 100 && probability < 1) return say('per_cent_over', { n: 99 });
  if (n === 0 && probability > 0) return say('per_cent_under', { n: 1 });
  return say('per_cent', { n });
}

/** From which height on a thing is seen; null of a sensor that needs no line of sight. */
export function heightText({ say }: Speech, height_m: number | null): string {
  if (height_m === null) return say('height_none');
  if (height_m <= 0) return say('height_ground');
  return say('height_from', { n: numberText(height_m, height_m < 10 ? 1 : 0) });
}

/** Between which bounds a stretch is detected; null where that is not computed. */
export function stretchChanceText(speech: Speech, stretch: WatchedStretch): string | null {
  const { p_low, p_nominal, p_high } = stretch;
  if (p_low == null || p_nominal == null || p_high == null) return null;
  const [low, nominal, high] = [p_low, p_nominal, p_high].map((p) => chanceText(speech, p)) as [
    string,
    string,
    string,
  ];
  return speech.say('stretch_chance_value', { low, nominal, high });
}

/** "49 of 50 passes at 0.5 to 3.0 km: night · person on foot, 2021-02-10". */
export function testText(speech: Speech, test: Schemas['WalkTest']): string {
  return speech.say('proof_test', {
    detected: test.detected,
    walked: test.walked,
    from: numberText(test.from_m / 1000, 1),
    to: numberText(test.to_m / 1000, 1),
    conditions: caseText(speech, { ...test, proven_only: false }),
    on: test.on,
  });
}

/** A grade of the ground in words; one this page does not know yet is shown as it is written. */
export function gradeText({ say }: Speech, grade: string): string {
  const key = `grade_${grade}`;
  return isKey(key) ? say(key) : grade;
}

/** In one sentence or two what a profile shows. */
export function verdictText(speech: Speech, profile: ProfileShape): string {
  return speech.say(profile.visible ? 'ray_visible' : 'ray_blocked', {
    km: numberText(profile.at_m / 1000, profile.at_m < 10_000 ? 2 : 1),
    n: numberText(Math.abs(profile.clearance_m), 1),
    p: chanceText(speech, profile.probability_visible),
  });
}

/** The words of the chart, with the ends as people wrote them. */
export function profileWords(
  speech: Speech,
  profile: ProfileShape,
  ends: { from: string; from_height: string; to: string; to_height: string },
): ProfileWords {
  const { say } = speech;
  return {
    ground: say('ray_chart_ground'),
    flat: say('ray_chart_flat'),
    line: say('ray_chart_line'),
    hidden: firstHidden_m(profile) === null ? null : say('ray_chart_hidden'),
    error: say('ray_chart_error'),
    distance: say('ray_axis'),
    height: say('ray_axis_height'),
    clearance: say('metres_value', { n: signed(profile.clearance_m) }),
    sources: [
      say('ray_ends', ends),
      say('ray_source', {
        source: profile.terrain_source,
        cell: numberText(profile.cell_m),
        grade: gradeText(speech, profile.grade),
        k: numberText(profile.refraction_k, 2),
      }),
    ],
  };
}

function signed(value: number): string {
  return value < 0 ? `−${numberText(-value, 1)}` : `+${numberText(value, 1)}`;
}
