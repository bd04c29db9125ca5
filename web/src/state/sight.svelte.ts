// What does the page show as watched: for which case, as the centre last computed it?
import { askLane, askSight, type CaseShape, type LaneShape, type SightShape } from '../api/sight';
import type { WatchedStretch } from '../api/sight';
import { chosenCase, NOW, type CaseChoice } from './cases';
import { latestWins } from './latest';

const POLL_EVERY_MS = 1000;

/** What sight needs of the desk. */
interface Around {
  readonly picture: { readonly watched: readonly WatchedStretch[] };
  readonly words: (error: unknown) => string;
}

/** Which ground the veil shows: a case, as it was at a version. */
export interface Veil {
  readonly case: string;
  readonly version: number;
}

export class Sight {
  shape = $state.raw<SightShape | null>(null);
  choice = $state.raw<CaseChoice>(NOW);
  /** Why the lane of the chosen case could not be fetched; empty when nothing failed. */
  problem = $state('');
  asking = $state(false);
  private told = $state.raw<LaneShape | null>(null);
  private newest = 0;

  /** The case that is shown: what was chosen, else what holds now; null while none is computed. */
  readonly shown = $derived.by((): CaseShape | null => {
    if (this.shape === null) return null;
    const { cases, live_case } = this.shape;
    return chosenCase(this.choice, cases, live_case) ?? chosenCase(NOW, cases, live_case);
  });
  readonly isNow = $derived(this.shown === null || this.shown.name === this.shape?.live_case);
  /** Probabilities step by step in the case that is shown; null while they are being fetched. */
  readonly lane = $derived(this.told?.case === this.shown?.name ? this.told : null);
  /** The stretches of the case that is shown; what holds now comes by the live socket and is never late. */
  readonly stretches = $derived.by((): readonly WatchedStretch[] =>
    this.isNow ? this.around.picture.watched : (this.lane?.stretches ?? []),
  );
  /** Ground is shown once its lane has come: from then on the centre has the case at hand. */
  readonly veil = $derived.by((): Veil | null => {
    const { lane } = this;
    return lane === null ? null : { case: lane.case, version: lane.version };
  });

  // Plain values, so that what fetches the lane runs again only when one of them is another.
  private readonly shownName = $derived(this.shown?.name ?? null);
  private readonly version = $derived(this.shape?.version ?? 0);

  constructor(private readonly around: Around) {}

  /** True once there is a case to show; the centre names a case as soon as it can be asked for. */
  get ready(): boolean {
    return this.shown !== null;
  }

  /** Fetch how it stands. A centre that cannot be reached is told of elsewhere; here the last word stands. */
  async refresh(): Promise<void> {
    try {
      const shape = await askSight();
      this.newest = Math.max(this.newest, shape.version);
      this.shape = { ...shape, version: this.newest };
    } catch (error) {
      if (this.shape === null) this.problem = this.around.words(error);
    }
  }

  /** The live socket told of new stretches; the version is that of the ground they stand on. */
  note(version = 0): void {
    if (version > this.newest) {
      this.newest = version;
      if (this.shape !== null) this.shape = { ...this.shape, version };
    }
    void this.refresh();
  }

  /** Ask again while the centre computes; returns a function that stops it. */
  readonly waitFor = (): (() => void) | undefined => {
    if (this.shape?.state !== 'computing') return undefined;
    const timer = setInterval(() => void this.refresh(), POLL_EVERY_MS);
    return () => clearInterval(timer);
  };

  /** Fetch the lane of the case that is shown, as it is now. */
  readonly keepLane = (): void => {
    const { shownName, version } = this;
    if (shownName !== null && version >= 0) this.lanes.ask(shownName);
  };

  private readonly lanes = latestWins<string, LaneShape>({
    run: askLane,
    onTold: (lane) => {
      this.told = lane;
      this.problem = '';
    },
    onFailed: (error) => {
      this.problem = this.around.words(error);
    },
    onBusy: (busy) => {
      this.asking = busy;
    },
  });
}
