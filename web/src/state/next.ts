// What is the obvious next thing to do about an alarm?
import type { Schemas } from '../api/client';
import { isRunning } from './tasks';

type Alarm = Schemas['AlarmRow'];
type Task = Schemas['TaskRow'];

export type Next = 'acknowledge' | 'send' | 'follow' | 'close' | 'unshelve' | 'nothing';

/** True if something moves; an alarm about a sensor is answered otherwise than by a unit at the line. */
export function isAboutMovement(alarm: Alarm): boolean {
  return alarm.kind === 'approach' || alarm.kind === 'crossed';
}

/** Tasks that were given on an alarm, the newest first. */
export function tasksOf(alarm_id: string, tasks: Iterable<Task>): readonly Task[] {
  return [...tasks]
    .filter((task) => task.alarm_id === alarm_id)
    .sort((a, b) => b.sent_at.localeCompare(a.sent_at));
}

/** Tasks on an alarm and on the incidents that came of it which are not over, the newest first. */
export function runningFor(
  alarm_id: string,
  tasks: Iterable<Task>,
  incidents: Iterable<Schemas['IncidentRow']>,
): readonly Task[] {
  const of = new Set([...incidents].filter((row) => row.alarm_id === alarm_id).map((row) => row.incident_id));
  return [...tasks]
    .filter((task) => task.alarm_id === alarm_id || (task.incident_id != null && of.has(task.incident_id)))
    .filter((task) => isRunning(task.state))
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
      return isAboutMovement(alarm) ? 'send' : 'close';
  }
}

const IN_TIME_RANK = { before: 0, perhaps: 1, 'too late': 2 } as const;

/** Units in the order to offer them: those in time first, then the soonest. */
export function byArrival(offers: readonly Schemas['UnitOffer'][]): readonly Schemas['UnitOffer'][] {
  const rank = ({ in_time }: Schemas['UnitOffer']): number => (in_time === null ? 0 : IN_TIME_RANK[in_time]);
  return [...offers].sort((a, b) => rank(a) - rank(b) || a.arrival_s - b.arrival_s);
}
