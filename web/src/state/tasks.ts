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
