// What is on the desk of the person who watches: who they are, the picture, the selection, and what they may do?
import { createContext } from 'svelte';
import { api, ask, Refusal, type Schemas } from '../api/client';
import { openLive, type LinkState } from '../api/live';
import type { Position, Range, Selection } from '../drawing/scene';
import { decodeFrame, TrackCloud, type TrackMark } from '../drawing/trackcloud';
import { Speech } from '../words/speech.svelte';
import type { Language } from '../words/languages';
import { readAddress, writeAddress, type Mode } from './address';
import { newGauge, noteFrame, notePainted } from './gauge';
import type { KeyAction } from './keys';
import { PictureStore } from './picture.svelte';
import type { CaseChoice } from './cases';
import { Hold } from './hold.svelte';
import { HoldTrial } from './holdtrial.svelte';
import { Settings } from './settings.svelte';
import { Sight } from './sight.svelte';
import { SightLine } from './sightline.svelte';
import { Trial } from './trial.svelte';

/** What a person may do, as the centre tells it with the sign-in. */
export type Action =
  | 'acknowledge'
  | 'shelve'
  | 'close'
  | 'open_incident'
  | 'update_incident'
  | 'task'
  | 'answer_task'
  | 'log'
  | 'look'
  | 'state_weather'
  | 'read_journal';

type Stage = 'asking' | 'outside' | 'loading' | 'inside' | 'failed';

const TRACK_LIST_EVERY_MS = 500;
const CLOCK_EVERY_MS = 250;
const FOCUS_EVERY_MS = 3000;

export class Desk {
  readonly picture = new PictureStore();
  readonly settings = new Settings();
  readonly speech = new Speech();
  readonly cloud = new TrackCloud();
  readonly gauge = newGauge();
  readonly sight = new Sight(this);
  readonly trial = new Trial(this);
  readonly hold = new Hold(this);
  readonly holdTrial = new HoldTrial(this);
  readonly sightLine = new SightLine((error) => this.words(error));

  stage = $state<Stage>('asking');
  /** Why the page could not open, in words; empty when there is nothing to say. */
  trouble = $state('');
  me = $state.raw<Schemas['Me'] | null>(null);
  frontier = $state.raw<Schemas['FrontierShape'] | null>(null);
  link = $state<LinkState>('connecting');
  mode = $state<Mode>('watch');
  selection = $state.raw<Selection | null>(null);
  range = $state.raw<Range | null>(null);
  /** True while an incident without an alarm is being written on the card. */
  drafting = $state(false);
  /** The centre's clock, unix milliseconds; it stands still while the connection is lost. */
  nowMs = $state(0);
  /** The cloud as rows for lists, refreshed a few times a second. */
  tracks = $state.raw<readonly TrackMark[]>([]);
  /** When tracks ended that this page has followed, unix milliseconds, by their number. */
  private readonly endings = new Map<number, number>();
  /** Before the first frame nobody knows which tracks have ended. */
  private heardTracks = $state(false);
  private readonly tracksByNumber = $derived(new Map(this.tracks.map((mark) => [mark.track, mark])));

  /** The track in focus with its history: the selected one, or the one behind the selected alarm. */
  focused = $state.raw<Schemas['TrackCard'] | null>(null);
  focusProblem = $state('');

  /** What the visible list shows, row by row: the keyboard walks along it. */
  listed: readonly Selection[] = [];

  /** What the card in view does on a key; null when it has no actions. */
  onAct: ((action: KeyAction) => void) | null = null;

  /** Called after each frame of tracks has entered the cloud: the drawing listens here. */
  onTracks: (() => void) | null = null;

  private stopLive: (() => void) | null = null;
  private listedMs = 0;

  constructor() {
    const address = readAddress(location.hash);
    this.mode = address.mode;
    this.selection = address.selection;
    this.range = address.range;
    this.sight.choice = address.choice;
    this.hold.choice = address.hold;
    this.hold.noteSelected(address.selection);
    this.speech.language = this.settings.language;
    window.vallumStore = this.gauge;
  }

  /** Enter with the link's token if there is one, else with the session of this browser. */
  async begin(): Promise<void> {
    const { enter } = readAddress(location.hash);
    if (enter !== null) {
      this.writeAddress();
      await this.enter(enter);
      return;
    }
    try {
      this.me = await ask(api.GET('/api/me'));
    } catch (error) {
      this.stage = error instanceof Refusal && error.status === 401 ? 'outside' : 'failed';
      this.trouble = this.stage === 'failed' ? this.words(error) : '';
      return;
    }
    await this.open();
  }

  /** Sign in with a one-time token, or with the link that carries it. */
  async enter(given: string): Promise<void> {
    const token = readAddress(new URL(given, location.href).hash).enter ?? given.trim();
    try {
      this.me = await ask(api.POST('/api/enter', { body: { token } }));
    } catch (error) {
      this.stage = 'outside';
      this.trouble = this.words(error);
      return;
    }
    await this.open();
  }

  private async open(): Promise<void> {
    this.stage = 'loading';
    this.trouble = '';
    try {
      // openapi-fetch forgets that positions are pairs; the schema knows.
      this.frontier = (await ask(api.GET('/api/frontier'))) as Schemas['FrontierShape'];
      this.speech.zone = this.frontier.local_zone;
    } catch (error) {
      this.stage = 'failed';
      this.trouble = this.words(error);
      return;
    }
    this.stopLive?.();
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.stopLive = openLive(`${scheme}//${location.host}/api/live`, {
      onMessage: (message) => {
        this.gauge.messages += 1;
        this.picture.apply(message);
        this.gauge.lastStoreUpdate = performance.now();
        if (message.kind === 'picture') this.stage = 'inside';
        if (message.kind === 'picture') this.sight.note();
        if (message.kind === 'watched') this.sight.note(message.version);
        if (message.kind === 'picture' || message.kind === 'pulse') this.tick();
      },
      onFrame: (frame, arrivedMs) => this.takeFrame(frame, arrivedMs),
      onState: (state) => {
        this.link = state;
      },
      onSignedOut: () => this.goOutside(),
    });
  }

  /** Leave the desk; the session ends at the centre. */
  async leave(): Promise<void> {
    try {
      await ask(api.POST('/api/leave'));
    } finally {
      this.goOutside();
    }
  }

  private goOutside(): void {
    this.stopLive?.();
    this.stopLive = null;
    this.me = null;
    this.stage = 'outside';
    this.trouble = '';
  }

  private takeFrame(frame: ArrayBuffer, arrivedMs: number): void {
    this.cloud.apply(decodeFrame(frame));
    const stored = performance.now();
    const { time_s, revision, marks } = this.cloud;
    noteFrame(
      this.gauge,
      { revision, time_s, arrived_ms: arrivedMs, stored_ms: stored, painted_ms: null },
      marks.size,
    );
    this.onTracks?.();
    if (arrivedMs - this.listedMs >= TRACK_LIST_EVERY_MS) {
      this.listedMs = arrivedMs;
      for (const { track } of this.tracks) {
        if (!this.cloud.marks.has(track)) this.endings.set(track, this.cloud.time_s * 1000);
      }
      this.heardTracks = true;
      this.tracks = [...this.cloud.marks.values()];
    }
  }

  /** The map drew the cloud as it was at a revision. */
  notePainted(revision: number): void {
    notePainted(this.gauge, revision, performance.now());
  }

  /** Number of the track in focus; null for none. */
  get focusNumber(): number | null {
    if (this.selection?.kind === 'track') return Number(this.selection.id);
    if (this.selection?.kind !== 'alarm') return null;
    return this.picture.alarms.get(this.selection.id)?.track ?? null;
  }

  /** Keep the focused track's card fresh; returns a function that stops it. */
  followFocus(track: number | null): () => void {
    this.focused = null;
    this.focusProblem = '';
    if (track === null) return () => {};
    let current = true;
    const fetchCard = async (): Promise<void> => {
      // A track that has ended has no card any more; before the first frame nobody knows which have.
      if (this.cloud.revision > 0 && !this.cloud.marks.has(track)) return;
      try {
        const card = await ask(api.GET('/api/tracks/{number}', { params: { path: { number: track } } }));
        if (current) this.focused = card;
      } catch (error) {
        if (current) this.focusProblem = this.words(error);
      }
    };
    void fetchCard();
    const timer = setInterval(() => void fetchCard(), FOCUS_EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }

  /** Carry the clock on; returns a function that stops it. */
  startClock(): () => void {
    const timer = setInterval(() => this.tick(), CLOCK_EVERY_MS);
    return () => clearInterval(timer);
  }

  private tick(): void {
    const { pulse, pulseAtMs } = this.picture;
    if (pulse === null || this.link === 'lost') return;
    // Whole seconds, so that what shows the clock is not drawn again four times a second.
    const now = Date.parse(pulse.now) + (performance.now() - pulseAtMs) * pulse.speed;
    this.nowMs = Math.floor(now / 1000) * 1000;
  }

  select(selection: Selection | null): void {
    this.drafting = false;
    this.selection = selection;
    this.hold.noteSelected(selection);
    this.writeAddress();
  }

  /** Begin to write an incident that no alarm told of, or leave it. */
  draft(begin: boolean): void {
    this.select(null);
    this.drafting = begin && this.may('open_incident');
  }

  isSelected(kind: Selection['kind'], id: string): boolean {
    return this.selection?.kind === kind && this.selection.id === id;
  }

  /** Select the row so many places further down the visible list; from nowhere, the first or the last. */
  step(places: 1 | -1): void {
    const at = this.listed.findIndex(({ kind, id }) => this.isSelected(kind, id));
    const last = this.listed.length - 1;
    const to = at < 0 ? (places > 0 ? 0 : last) : Math.min(Math.max(at + places, 0), last);
    const row = this.listed[to];
    if (row !== undefined) this.select(row);
  }

  showRange(range: Range | null): void {
    this.range = range;
    this.writeAddress();
  }

  goTo(mode: Mode): void {
    this.mode = mode;
    if (mode !== 'plan') this.dropPlans();
    this.writeAddress();
  }

  /** Show what is watched in another case. */
  showCase(choice: CaseChoice): void {
    this.sight.choice = choice;
    this.writeAddress();
  }

  /** Show how the line is held in another case. */
  showHold(name: string): void {
    this.hold.choice = name;
    this.writeAddress();
  }

  /** Take up a tower to try it elsewhere. */
  tryTower(tower: Schemas['Tower']): void {
    const masts = [...this.picture.sensors.values()]
      .filter((row) => row.tower_id === tower.tower_id)
      .map((row) => row.mast_m);
    // the centre moves all of them by what the highest is moved
    this.trial.begin(tower, masts.length === 0 ? tower.height_m : Math.max(...masts));
  }

  /** Try for holding what is carried on the map; null takes it back. */
  tryCarried(
    carried: { readonly tower: Schemas['Tower']; readonly at: Position; readonly mast_m: number } | null,
  ): void {
    const before = this.holdTrial.changes.find((one) => one.what === 'move_tower');
    if (carried === null) {
      if (before !== undefined) this.holdTrial.remove(before);
      return;
    }
    const { tower_id } = carried.tower;
    const [lon, lat] = carried.at;
    this.holdTrial.put({ what: 'move_tower', tower_id, lon, lat, mast_m: carried.mast_m });
  }

  /** Put back what is only tried, and let clicks select again; true if there was anything. */
  dropPlans(): boolean {
    const any =
      this.trial.tower !== null || this.sightLine.picking !== null || this.holdTrial.changes.length > 0;
    this.trial.drop();
    this.holdTrial.drop();
    this.sightLine.picking = null;
    return any;
  }

  /** The address was changed from outside: a pasted link, or the browser's back. */
  readAddress(): void {
    const address = readAddress(location.hash);
    this.mode = address.mode;
    this.selection = address.selection;
    this.range = address.range;
    this.sight.choice = address.choice;
    this.hold.choice = address.hold;
    this.hold.noteSelected(address.selection);
    if (this.mode !== 'plan') this.dropPlans();
  }

  private writeAddress(): void {
    history.replaceState(
      null,
      '',
      writeAddress(this.mode, this.selection, this.range, this.sight.choice, this.hold.choice),
    );
  }

  speak(language: Language): void {
    this.speech.language = language;
    this.settings.remember({ language });
  }

  /** What moves now behind an alarm: the same mark that map and list of tracks show; undefined when it has ended. */
  trackOf(alarm: Schemas['AlarmRow']): TrackMark | undefined {
    return alarm.track == null ? undefined : this.tracksByNumber.get(alarm.track);
  }

  /** True if an alarm is about something that moved and is not followed any more. */
  hasEnded(alarm: Schemas['AlarmRow']): boolean {
    return alarm.track != null && this.heardTracks && this.trackOf(alarm) === undefined;
  }

  /** When the track of an alarm ended, unix milliseconds; null if it has not, or nobody on this page saw it. */
  endedAt(alarm: Schemas['AlarmRow']): number | null {
    if (alarm.track == null || !this.hasEnded(alarm)) return null;
    return this.endings.get(alarm.track) ?? null;
  }

  may(action: Action): boolean {
    return this.me?.may.includes(action) ?? false;
  }

  /** True while commands can be sent. */
  get connected(): boolean {
    return this.link === 'live';
  }

  /** True if a chainage lies in the chosen stretch; what has no place is never hidden by a stretch. */
  inRange(from_m: number | null | undefined, to_m: number | null | undefined = from_m): boolean {
    if (this.range === null || from_m === null || from_m === undefined) return true;
    return from_m <= this.range[1] && (to_m ?? from_m) >= this.range[0];
  }

  /** What failed, in words for the person who reads them. */
  words(error: unknown): string {
    if (error instanceof Refusal && error.status === 0) return this.speech.say('no_connection');
    const told = error instanceof Error ? error.message : String(error);
    // The page shows one line only: which drawing of it this is helps nobody who mistyped a place.
    return told.replace(` (${this.frontier?.line_version})`, '');
  }
}

export const [getDesk, setDesk] = createContext<Desk>();
