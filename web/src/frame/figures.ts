// Which figures of the headline can be asked where they come from?
import type { Schemas } from '../api/client';
import type { Key } from '../words/en';

export type Asked = 'closed' | 'not_watched' | 'alarms_waiting' | 'sensors' | 'load' | 'median' | 'shelved';

/** The sentence that explains a figure, and the figures of the pulse that stand behind it. */
export const SOURCES: Record<Asked, { words: Key; figures: readonly Schemas['FigureShape']['key'][] }> = {
  closed: { words: 'source_closed', figures: ['closed', 'planned'] },
  not_watched: { words: 'source_not_watched', figures: ['not_watched'] },
  alarms_waiting: { words: 'source_alarms_waiting', figures: ['alarms_waiting'] },
  sensors: { words: 'source_sensors', figures: ['sensors_live', 'sensors_total'] },
  load: { words: 'source_load', figures: [] },
  median: { words: 'source_median', figures: [] },
  shelved: { words: 'source_shelved', figures: ['alarms_suppressed'] },
};
