// What is the obvious next thing to do about an alarm?
import type { Schemas } from '../api/client';
import { isRunning } from './tasks';

type Alarm = Schemas['AlarmRow'];
type Task = Schemas['TaskRow'];

export type Next = 'acknowledge' | 'send' | 'follow' | 'close' | 'unshelve' | 'nothing';

// An alarm about a sensor is not answered by sending a unit to the line first.
const ABOUT_PEOPLE: ReadonlySet<Alarm['kind']> = new Set(['approach', 'crossed']);

/** Tasks that were given on an alarm, the newest first. */
export function tasksOf(alarm_id: string, tasks: Iterable<Task>): readonly Task[] {
  return [...tasks]
    .filter((task) => task.alarm_id === alarm_id)
    .sort((a, b) => b.sent_at.localeCompare(a.sent_at));
}

/** Name the next step; `tasks` are those of this alarm. */
export function nextStep(alarm: Alarm, tasks: readonly Task[]): Next {
  switch (alarm.state) {
    case 'unacknowledged':
      return 'acknowledge';
    case 'shelved':
      return 'unshelve';
    case 'closed':
      return 'nothing';
    case 'acknowledged':
      if (tasks.some((task) => isRunning(task.state))) return 'follow';
      if (tasks.some((task) => task.state === 'done')) return 'close';
      return ABOUT_PEOPLE.has(alarm.kind) ? 'send' : 'close';
  }
}

/** Units in the order to offer them: those in time first, then the soonest. */
export function byArrival(offers: readonly Schemas['UnitOffer'][]): readonly Schemas['UnitOffer'][] {
  const rank = (offer: Schemas['UnitOffer']): number => (offer.in_time === false ? 1 : 0);
  return [...offers].sort((a, b) => rank(a) - rank(b) || a.arrival_s - b.arrival_s);
}
