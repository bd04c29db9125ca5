// What would be if a tower stood here, a trench were dug, a sensor failed, a unit waited elsewhere? Nothing is changed.
import { tryHold, type HoldChange, type HoldTry } from '../api/hold';
import type { TriedPlace } from '../drawing/holding';
import { latestWins } from './latest';

interface Around {
  readonly hold: { readonly shown: string | null; readonly begin: () => Promise<void> };
  readonly words: (error: unknown) => string;
}

interface Asked {
  readonly case: string;
  readonly changes: readonly HoldChange[];
}

export class HoldTrial {
  changes = $state.raw<readonly HoldChange[]>([]);
  problem = $state('');
  busy = $state(false);
  private latest = $state.raw<{ readonly told: HoldTry; readonly changes: readonly HoldChange[] } | null>(
    null,
  );

  /** What the centre told last of the case that is shown; null while nothing is tried. */
  readonly told = $derived.by((): HoldTry | null => {
    if (this.latest === null || this.changes.length === 0) return null;
    return this.latest.told.case === this.around.hold.shown ? this.latest.told : null;
  });
  /** True if what was told is of all that is tried now. */
  readonly current = $derived(this.told !== null && this.latest?.changes === this.changes);

  constructor(private readonly around: Around) {}

  /** Try one thing more; of the same thing the newest counts. */
  put(change: HoldChange): void {
    const key = keyOf(change);
    this.changes = [...this.changes.filter((one) => keyOf(one) !== key), change];
    this.ask();
  }

  remove(change: HoldChange): void {
    const key = keyOf(change);
    this.changes = this.changes.filter((one) => keyOf(one) !== key);
    this.ask();
  }

  /** Put everything back. */
  drop(): void {
    this.trials.forget();
    this.changes = [];
    this.latest = null;
    this.problem = '';
  }

  /** Ask again: what is tried, or the case, is another. */
  ask(): void {
    const name = this.around.hold.shown;
    if (this.changes.length === 0) {
      this.drop();
      return;
    }
    if (name !== null) this.trials.ask({ case: name, changes: this.changes });
  }

  private readonly trials = latestWins<Asked, HoldTry>({
    run: ({ case: name, changes }) => tryHold({ case: name, changes: [...changes] }),
    onTold: (told, asked) => {
      this.latest = { told, changes: asked.changes };
      this.problem = '';
    },
    onFailed: (error) => {
      this.problem = this.around.words(error);
      // a centre that was not asked for long has put holding aside: it takes it up again
      void this.around.hold.begin();
    },
    onBusy: (busy) => {
      this.busy = busy;
    },
  });
}

/** What a change is about: two changes of one thing replace one another. */
export function keyOf(change: HoldChange): string {
  switch (change.what) {
    case 'move_tower':
      return `tower ${change.tower_id}`;
    case 'add_tower':
      return `new tower ${change.lon} ${change.lat}`;
    case 'silence':
      return `silence ${change.sensor_ids.join(' ')}`;
    case 'build':
      return `build ${change.element} ${change.from_km} ${change.to_km}`;
    case 'move_unit':
      return `unit ${change.unit_id}`;
  }
}

/** Where things stand that are only tried. */
export function placesOf(changes: readonly HoldChange[]): TriedPlace[] {
  return changes.flatMap((change): TriedPlace[] => {
    if (change.what === 'add_tower' || change.what === 'move_tower') {
      return [{ kind: 'tower', at: [change.lon, change.lat] }];
    }
    return change.what === 'move_unit' ? [{ kind: 'unit', at: [change.lon, change.lat] }] : [];
  });
}

/** Along which kilometres something is built that is only tried. */
export function builtOf(changes: readonly HoldChange[]): (readonly [number, number])[] {
  return changes.flatMap((change) =>
    change.what === 'build' ? [[change.from_km, change.to_km] as const] : [],
  );
}
