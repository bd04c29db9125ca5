// What does the window's title tell somebody who looks at another window?
import type { Schemas } from '../api/client';
import type { Speech } from '../words/speech.svelte';

type Waiting = Pick<Schemas['AlarmRow'], 'priority' | 'state'>;

/** How many alarms of priority 1 nobody has yet. */
export function urgent(alarms: Iterable<Waiting>): number {
  return [...alarms].filter((alarm) => alarm.priority === 1 && alarm.state === 'unacknowledged').length;
}

/** "Vallum – the line", or "(1) Vallum – the line" while so many alarms need somebody now. */
export function pageTitle(say: Speech['say'], line: string, waiting: number): string {
  return waiting === 0 ? say('page_title', { line }) : say('page_title_alarms', { n: waiting, line });
}
