// What does the centre show: its rows, kept up to date from the live socket.
import type { LiveMessage } from '../api/live';
import type { Schemas } from '../api/client';
import type { WatchedStretch } from '../api/sight';

type Picture = Schemas['Picture'];
export type ViewName = Schemas['ChangedMessage']['view'];

/** The row type of each view, and the field that is its key. */
interface Rows {
  alarms: Schemas['AlarmRow'];
  incidents: Schemas['IncidentRow'];
  tasks: Schemas['TaskRow'];
  radio: Schemas['RadioRow'];
  quarantine: Schemas['QuarantineRow'];
  sensors: Schemas['SensorRow'];
  units: Schemas['UnitRow'];
  obstacles: Schemas['ObstacleRow'];
  works: Schemas['WorksRow'];
}

const KEYS = {
  alarms: 'alarm_id',
  incidents: 'incident_id',
  tasks: 'task_id',
  radio: 'line_id',
  quarantine: 'quarantine_id',
  sensors: 'sensor_id',
  units: 'unit_id',
  obstacles: 'obstacle_id',
  works: 'report_id',
} as const satisfies { [V in ViewName]: keyof Rows[V] };

type Tables = { [V in ViewName]: ReadonlyMap<string, Rows[V]> };

function keyed<V extends ViewName>(view: V, rows: readonly Rows[V][]): ReadonlyMap<string, Rows[V]> {
  return new Map(rows.map((row) => [String((row as Record<string, unknown>)[KEYS[view]]), row]));
}

/** A table with one row new, different or gone; the order of the other rows stays. */
export function changed<T>(
  table: ReadonlyMap<string, T>,
  key: string,
  row: T | null,
): ReadonlyMap<string, T> {
  const next = new Map(table);
  if (row === null) next.delete(key);
  else next.set(key, row);
  return next;
}

/** The rows behind the page. Each table is replaced, never changed in place, so that a change is seen. */
export class PictureStore implements Tables {
  alarms = $state.raw<Tables['alarms']>(new Map());
  incidents = $state.raw<Tables['incidents']>(new Map());
  tasks = $state.raw<Tables['tasks']>(new Map());
  radio = $state.raw<Tables['radio']>(new Map());
  quarantine = $state.raw<Tables['quarantine']>(new Map());
  sensors = $state.raw<Tables['sensors']>(new Map());
  units = $state.raw<Tables['units']>(new Map());
  obstacles = $state.raw<Tables['obstacles']>(new Map());
  works = $state.raw<Tables['works']>(new Map());
  watched = $state.raw<readonly WatchedStretch[]>([]);
  pulse = $state.raw<Schemas['Pulse'] | null>(null);
  /** When the pulse came, performance.now(), ms: between pulses the clock is carried on from here. */
  pulseAtMs = 0;

  /** Take one message of the live socket. */
  apply(message: LiveMessage): void {
    switch (message.kind) {
      case 'picture':
        return this.takeAll(message.picture);
      case 'pulse':
        return this.takePulse(message.pulse);
      case 'watched':
        this.watched = message.watched;
        return;
      case 'changed':
        return this.takeRow(message.view, message.key, message.row);
    }
  }

  private takeAll(picture: Picture): void {
    this.alarms = keyed('alarms', picture.alarms);
    this.incidents = keyed('incidents', picture.incidents);
    this.tasks = keyed('tasks', picture.tasks);
    this.radio = keyed('radio', picture.radio);
    this.quarantine = keyed('quarantine', picture.quarantine);
    this.sensors = keyed('sensors', picture.sensors);
    this.units = keyed('units', picture.units);
    this.obstacles = keyed('obstacles', picture.obstacles);
    this.works = keyed('works', picture.works);
    this.watched = picture.watched;
    this.takePulse(picture.pulse);
  }

  private takePulse(pulse: Schemas['Pulse']): void {
    this.pulse = pulse;
    this.pulseAtMs = performance.now();
  }

  private takeRow<V extends ViewName>(view: V, key: string, row: object | null): void {
    // The socket's rows are of the view's row type by contract; the API document cannot say it per view.
    const table = this[view] as ReadonlyMap<string, Rows[V]> | undefined;
    // a view that this page does not know yet is no reason to stop
    if (table === undefined) return;
    (this as Tables)[view] = changed(table, key, row as Rows[V] | null) as Tables[V];
  }

  /** A figure of the headline by its key; null while it is not known. */
  figure(key: Schemas['FigureShape']['key']): Schemas['FigureShape'] | null {
    return this.pulse?.figures.find((figure) => figure.key === key) ?? null;
  }
}
