// How are cases of holding, chances of interruption, causes and events said?
import type { HeldEvent, HeldGap, HoldChange } from '../api/hold';
import { chanceText } from './sight';
import type { Speech } from './speech.svelte';
import { numberText } from './times';

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

/** What is tried, in words. */
export function changeText({ say }: Speech, change: HoldChange): string {
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
      return say('hold_try_move_unit', { unit: change.unit_id });
  }
}
