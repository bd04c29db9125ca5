// How surely is the line held, for whom, and where are the gaps: what the page knows of the holding analysis.
import { askHold, askHoldCase, workHold, type HoldCaseShape, type HoldShape } from '../api/hold';
import { gapId, type Gap } from '../drawing/holding';
import type { Selection } from '../drawing/scene';
import { latestWins } from './latest';

const POLL_EVERY_MS = 1000;

/** What it needs of the desk. */
interface Around {
  readonly words: (error: unknown) => string;
}

export class Hold {
  shape = $state.raw<HoldShape | null>(null);
  /** The case that was chosen; null for the first. */
  choice = $state<string | null>(null);
  /** Why the case, or how it stands, could not be fetched; empty when nothing failed. */
  problem = $state('');
  private latest = $state.raw<HoldCaseShape | null>(null);
  private lastGap = $state<string | null>(null);

  /** Name of the case that is shown. */
  readonly shown = $derived.by((): string | null => {
    if (this.shape === null) return null;
    const { wanted } = this.shape;
    return wanted.find((name) => name === this.choice) ?? wanted[0] ?? null;
  });
  /** The case that is shown; null while it is worked out or fetched. */
  readonly told = $derived(this.latest?.name === this.shown ? this.latest : null);
  /** The gaps of the case that is shown, as they are. */
  readonly gaps = $derived<readonly Gap[]>(this.told?.gaps ?? []);
  /** The gap that is selected, or was last: where a unit could wait is asked on the unit's own card. */
  readonly gap = $derived.by((): Gap | null => {
    const { told, lastGap } = this;
    return told === null ? null : (told.gaps.find((one) => gapId(told.name, one) === lastGap) ?? null);
  });
  /** Whether what-if can be asked now. */
  readonly canTry = $derived(this.shape?.can_try ?? false);

  // Plain values, so that what fetches the case runs again only when one of them is another.
  private readonly waited = $derived(
    this.shape !== null && this.shown !== null && this.shape.cases.includes(this.shown) ? this.shown : null,
  );
  private readonly version = $derived(this.shape?.version ?? '');
  private readonly working = $derived(this.shape?.state === 'computing');

  constructor(private readonly around: Around) {}

  /** Something was selected; of gaps the last one is kept. */
  noteSelected(selection: Selection | null): void {
    if (selection?.kind === 'gap') this.lastGap = selection.id;
  }

  /** Somebody wants to know: what was never worked out is begun, and what failed is tried again. */
  async begin(): Promise<void> {
    await this.hear(workHold);
  }

  /** Ask again while the centre computes; returns a function that stops it. */
  readonly waitFor = (): (() => void) | undefined => {
    if (!this.working) return undefined;
    const timer = setInterval(() => void this.hear(askHold), POLL_EVERY_MS);
    return () => clearInterval(timer);
  };

  /** Fetch the case that is shown, as it was worked out last. */
  readonly keepCase = (): void => {
    const { waited, version } = this;
    if (waited !== null && version !== '') this.cases.ask(waited);
  };

  private async hear(from: () => Promise<HoldShape>): Promise<void> {
    try {
      this.shape = await from();
      if (this.told !== null || this.waited === null) this.problem = '';
    } catch (error) {
      this.problem = this.around.words(error);
    }
  }

  private readonly cases = latestWins<string, HoldCaseShape>({
    run: askHoldCase,
    onTold: (told) => {
      this.latest = told;
      this.problem = '';
    },
    onFailed: (error) => {
      this.problem = this.around.words(error);
    },
  });
}
