// Between which two places is the sight line looked along, and what did the centre find?
import { askProfile, type ProfileShape, type SightLineAsked } from '../api/sight';
import type { Position } from '../drawing/scene';
import { latestWins } from './latest';
import type { PlaceRead } from './place';
import { positionText } from './where';

/** One end: what is written for it, what was read, and how high above the ground. */
export class End {
  text = $state('');
  read = $state.raw<PlaceRead>({ state: 'empty' });
  height_m = $state(0);

  constructor(height_m: number) {
    this.height_m = height_m;
  }

  get position(): Position | null {
    return this.read.state === 'place' ? [this.read.place.lon, this.read.place.lat] : null;
  }
}

// A tower's mast, and a person who stoops: what planners ask for most.
const EYE_M = 18;
const SEEN_M = 1;

export class SightLine {
  readonly from = new End(EYE_M);
  readonly to = new End(SEEN_M);
  /** Which end the next click on the map sets; null when clicks select as always. */
  picking = $state<'from' | 'to' | null>(null);
  profile = $state.raw<ProfileShape | null>(null);
  problem = $state('');
  busy = $state(false);

  private readonly profiles = latestWins<SightLineAsked, ProfileShape>({
    run: askProfile,
    onTold: (profile) => {
      this.profile = profile;
      this.problem = '';
    },
    onFailed: (error) => {
      this.profile = null;
      this.problem = this.words(error);
    },
    onBusy: (busy) => {
      this.busy = busy;
    },
  });

  constructor(private readonly words: (error: unknown) => string) {}

  /** The place under a click becomes the end that is picked, and the next click the other one. */
  pick([lon, lat]: Position): void {
    if (this.picking === null) return;
    this[this.picking].text = positionText({ lon, lat });
    this.picking = this.picking === 'from' ? 'to' : null;
  }

  /** Ask for the profile between the two ends; without both there is none. */
  readonly look = (): void => {
    const [from, to] = [this.from.position, this.to.position];
    const heights = [this.from.height_m, this.to.height_m];
    if (from === null || to === null || !heights.every((height_m) => Number.isFinite(height_m))) {
      this.profiles.forget();
      this.profile = null;
      return;
    }
    this.profiles.ask({
      from_lon: from[0],
      from_lat: from[1],
      from_height_m: this.from.height_m,
      to_lon: to[0],
      to_lat: to[1],
      to_height_m: this.to.height_m,
    });
  };

  exchange(): void {
    const { from, to } = this;
    [from.text, to.text] = [to.text, from.text];
    [from.height_m, to.height_m] = [to.height_m, from.height_m];
  }

  clear(): void {
    this.profiles.forget();
    this.from.text = '';
    this.to.text = '';
    this.picking = null;
    this.profile = null;
    this.problem = '';
  }
}
