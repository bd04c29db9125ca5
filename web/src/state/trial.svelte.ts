// What if a tower stood elsewhere, or higher? Asked of the centre while the hand moves; nothing is changed.
import { tryTower, type LaneTry, type TryTower, type WatchedStretch } from '../api/sight';
import type { Schemas } from '../api/client';
import { clamp } from '../drawing/chainage';
import { changesOf, type Changes } from '../drawing/lanechange';
import type { Position } from '../drawing/scene';
import { latestWins } from './latest';

const LOWEST_MAST_M = 1;
export const HIGHEST_MAST_M = 200;

interface Around {
  readonly sight: {
    readonly shown: { readonly name: string } | null;
    readonly stretches: readonly WatchedStretch[];
  };
  readonly words: (error: unknown) => string;
}

export class Trial {
  /** The tower that is tried elsewhere; null when nothing is tried. */
  tower = $state.raw<Schemas['Tower'] | null>(null);
  at = $state.raw<Position>([0, 0]);
  mast_m = $state(0);
  /** The mast as it stands. */
  stands_m = $state(0);
  private told = $state.raw<LaneTry | null>(null);
  problem = $state('');
  busy = $state(false);

  /** What the centre told last, if it is of the case that is shown. */
  readonly current = $derived.by((): LaneTry | null =>
    this.told?.case === this.around.sight.shown?.name ? this.told : null,
  );
  readonly changes = $derived.by((): Changes | null =>
    this.current === null ? null : changesOf(this.around.sight.stretches, this.current.stretches),
  );
  readonly moved = $derived(
    this.tower !== null &&
      (this.at[0] !== this.tower.lon || this.at[1] !== this.tower.lat || this.mast_m !== this.stands_m),
  );

  private readonly trials = latestWins<TryTower, LaneTry>({
    run: tryTower,
    onTold: (told) => {
      this.told = told;
      this.problem = '';
    },
    onFailed: (error) => {
      this.problem = this.around.words(error);
    },
    onBusy: (busy) => {
      this.busy = busy;
    },
  });

  constructor(private readonly around: Around) {}

  /** Take a tower up where it stands; one that is already tried stays where it was put. */
  begin(tower: Schemas['Tower'], mast_m: number): void {
    if (this.tower?.tower_id === tower.tower_id) return;
    this.drop();
    this.tower = tower;
    this.at = [tower.lon, tower.lat];
    this.mast_m = mast_m;
    this.stands_m = mast_m;
  }

  moveTo(at: Position): void {
    this.at = [clamp(at[0], -180, 180), clamp(at[1], -85, 85)];
    this.ask();
  }

  raiseTo(mast_m: number): void {
    if (!Number.isFinite(mast_m)) return;
    this.mast_m = clamp(mast_m, LOWEST_MAST_M, HIGHEST_MAST_M);
    this.ask();
  }

  /** Ask again: the case or the sensors have changed. */
  ask(): void {
    const name = this.around.sight.shown?.name;
    if (this.tower === null || name === undefined) return;
    const { tower_id } = this.tower;
    this.trials.ask({ tower_id, lon: this.at[0], lat: this.at[1], mast_m: this.mast_m, case: name });
  }

  /** Put it back and forget it. */
  drop(): void {
    this.trials.forget();
    this.tower = null;
    this.told = null;
    this.problem = '';
  }
}
