// How are cases of holding, chances of interruption, causes and events said?
import type { HeldEvent, HeldGap, HoldChange } from '../api/hold';
import type { Schemas } from '../api/client';
import { chanceText } from './sight';
import type { Speech } from './speech.svelte';
import { isKey, partyText } from './things';
import { numberText } from './times';

/** Stands for a name in a sentence that is taken apart round it. */
const OBJECT = '\ufffc';
/** Less is no chance that anybody would count on. */
const UNSEEN = 0.01;

/** "night · person on foot"; the words of a case's name in the page's language. */
export function holdCaseText(speech: Speech, name: string): string {
  return wordsOf(speech, name, 'legend').join(' · ');
}

/** The same in as few letters as the lane has room for. */
export function holdCaseShortText(speech: Speech, name: string): string {
  return wordsOf(speech, name, 'whom').join(' · ');
}

function wordsOf({ say }: Speech, name: string, whom: 'legend' | 'whom'): string[] {
  const words = name.split('-');
  return [
    words.includes('day') ? say('light_day') : say('light_night'),
    words.includes('vehicle') ? say(`${whom}_vehicle`) : say(`${whom}_person`),
    ...(words.includes('alert') ? [say('hold_alert')] : []),
    ...(words.includes('proven') ? [say('case_proven_short')] : []),
  ];
}

/** "12 %, between 8 and 15 %"; the bounds where they are known. */
export function boundedText(speech: Speech, p: number, lower: number | null, upper: number | null): string {
  const chance = chanceText(speech, p);
  if (lower === null || upper === null) return chance;
  const [low, high] = [chanceText(speech, lower), chanceText(speech, upper)];
  return low === high ? chance : speech.say('hold_between', { p: chance, low, high });
}

/** Minutes that are left, or that nobody is detected in time. */
export function marginText(speech: Speech, margin_s: number): string {
  return margin_s <= 0 ? speech.say('hold_margin_none') : speech.span(margin_s);
}

/** What would help most, in a few words. */
export function causeText({ say }: Speech, gap: HeldGap): string {
  if (gap.verdict !== 'gap') return say(`hold_verdict_${gap.verdict}`);
  if (isUnseen(gap)) return say('hold_unseen');
  return gap.cause === null ? '' : say('hold_helps', { what: say(`hold_cause_${gap.cause}`) });
}

/** True if nobody is detected on the weakest way at all: then nothing that counts on a detection helps. */
export function isUnseen(gap: Pick<HeldGap, 'margin_min_s' | 'p_interruption_min' | 'if_changed'>): boolean {
  const most = Math.max(gap.p_interruption_min, ...Object.values(gap.if_changed));
  return gap.margin_min_s <= 0 && most < UNSEEN;
}

/** "3:05" minutes and seconds, or "2:03:05" with hours, from the start of a way. */
export function sinceText(clock_s: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = Math.round(Math.abs(clock_s));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const told = hours === 0 ? String(minutes) : `${hours}:${two(minutes)}`;
  // an alarm can be wanted before anybody sets out
  return `${clock_s < 0 ? '−' : ''}${told}:${two(seconds % 60)}`;
}

/** What happens on a way, in words. */
export function eventText(speech: Speech, event: HeldEvent): string {
  const { say } = speech;
  const by = event.by ?? say('unknown_value');
  const span = event.seconds === null ? '' : speech.span(event.seconds);
  if (event.what === 'seen') return say('hold_event_seen', { by, span });
  if (event.what !== 'too_late') return say(`hold_event_${event.what}`);
  return event.by === null ? say('hold_event_too_late_nobody') : say('hold_event_too_late', { by, span });
}

/** What stands before and after the name of who sees or comes; null where the sentence names nobody. */
export function eventParts(speech: Speech, event: HeldEvent): readonly [string, string] | null {
  if (event.by === null) return null;
  const [before, after] = eventText(speech, { ...event, by: OBJECT })
    .replaceAll(`\u2068${OBJECT}\u2069`, OBJECT)
    .split(OBJECT);
  return after === undefined ? null : [before ?? '', after];
}

/** A kind of time in words; one this page does not know yet is shown as it is written. */
export function timeText(speech: Speech, name: string, frontier: Schemas['FrontierShape'] | null): string {
  const link = /^link of (.+) out$/.exec(name)?.[1];
  if (link !== undefined) {
    const party = Object.keys(frontier?.parties ?? {}).find((one) => one.replaceAll('_', ' ') === link);
    return speech.say('hold_time_link', { party: partyText(speech, party ?? link, frontier) });
  }
  const key = [`hold_time_${name.replaceAll(' ', '_')}`, `weather_${name}`].find(isKey);
  return key === undefined ? name : speech.say(key);
}

/** What is tried, in words; units are called as on the radio. */
export function changeText(
  { say }: Speech,
  change: HoldChange,
  callsignOf: (unit_id: string) => string = (unit_id) => unit_id,
): string {
  switch (change.what) {
    case 'move_tower':
      return say('hold_try_move_tower', { tower: change.tower_id });
    case 'add_tower':
      return say('hold_try_add_tower', { like: change.like });
    case 'silence':
      return say('hold_try_silence', { sensors: change.sensor_ids.join(', ') });
    case 'build':
      return say('hold_try_build', {
        element: say(`element_${change.element}`),
        from: numberText(change.from_km, 1),
        to: numberText(change.to_km, 1),
      });
    case 'move_unit':
      return say('hold_try_move_unit', { unit: callsignOf(change.unit_id) });
  }
}
