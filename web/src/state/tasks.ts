// Which steps can a task take next? The life cycle as the centre keeps it (watch/task.py).
import type { Schemas } from '../api/client';

export type TaskState = Schemas['TaskRow']['state'];
export type TaskStep = 'received' | 'accepted' | 'refused' | 'en_route' | 'on_scene' | 'done' | 'cancelled';

/** Steps by state, the usual one first. */
export const NEXT_STEPS: Record<TaskState, readonly TaskStep[]> = {
  sent: ['accepted', 'received', 'refused', 'cancelled'],
  received: ['accepted', 'refused', 'cancelled'],
  accepted: ['en_route', 'on_scene', 'done', 'cancelled'],
  'en route': ['on_scene', 'done', 'cancelled'],
  'on scene': ['done', 'cancelled'],
  refused: [],
  done: [],
  cancelled: [],
};

/** True while somebody still has to do something. */
export function isRunning(state: TaskState): boolean {
  return NEXT_STEPS[state].length > 0;
}

// Who is there, or has ended, is not late any more.
const STILL_TO_ARRIVE: ReadonlySet<TaskState> = new Set(['sent', 'received', 'accepted', 'en route']);
// A machine says "received"; the unit itself has not answered before it accepts.
const UNANSWERED: ReadonlySet<TaskState> = new Set(['sent', 'received']);

export interface Overdue {
  minutes: number;
  answered: boolean;
}

/** By how much a unit is late by the centre's clock, unix milliseconds; null if it is not, or nothing was expected. */
export function overdue(task: Schemas['TaskRow'], now_ms: number): Overdue | null {
  if (task.arrival_estimate == null || !STILL_TO_ARRIVE.has(task.state)) return null;
  const minutes = Math.floor((now_ms - Date.parse(task.arrival_estimate)) / 60_000);
  return minutes < 1 ? null : { minutes, answered: !UNANSWERED.has(task.state) };
}
