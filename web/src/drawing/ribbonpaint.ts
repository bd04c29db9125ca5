// How does one picture of the ribbon come out of what is known?
import { nearest, type LineIndex } from './chainage';
import { drawAlarm, drawTrack, drawUnit, OBSTACLE_DASH, obstacleLook } from './glyphs';
import { paintHoldLane } from './holdlane';
import type { Holding } from './holding';
import { pilesOf, type Pixel, type Target } from './layout';
import { palette, withOpacity } from './palette';
import { responsibleStretches, shorterWords } from './responsible';
import { kilometres, pixelOf, pixelsOf, ticks, type RibbonScale } from './ribbonscale';
import type { Alarm, DrawingWords, Frontier, Language, Obstacle, Range, Selection, Unit } from './scene';
import { widthOf, write, writeWithin, type TextLook } from './text';
import type { TrackCloud } from './trackcloud';
import { paintWatchedLane, type WatchedLane } from './watchedlane';

/** Everything the ribbon shows; `units` far from the line are left to the map. */
export interface RibbonState {
  readonly frontier: Frontier;
  readonly line: LineIndex;
  readonly obstacles: readonly Obstacle[];
  readonly watched: WatchedLane;
  /** The case that is shown, in words; null where sight lines are not computed. */
  readonly caseWords: CaseWords | null;
  /** How the line is held; null where that is not shown. */
  readonly holding: Holding | null;
  /** The case of that, in words. */
  readonly heldWords: CaseWords | null;
  readonly alarms: readonly Alarm[];
  readonly tracks: TrackCloud;
  readonly units: readonly Unit[];
  readonly selection: Selection | null;
  readonly range: Range | null;
  /** Chainage pointed at elsewhere; null for none. */
  readonly hover_m: number | null;
}

/** Which case the watched lane shows; what does not hold now, or is only tried, must not look as if it did. */
export interface CaseWords {
  readonly words: string;
  readonly asNow: boolean;
}

export type LaneName =
  'responsible' | 'obstacles' | 'watched' | 'held' | 'alarms' | 'tracks' | 'units' | 'axis';

/** A lane's place on the canvas, CSS pixels. */
export interface Lane {
  readonly top: number;
  readonly height: number;
}

export interface RibbonFrame {
  readonly scale: RibbonScale;
  readonly lanes: Record<LaneName, Lane>;
  readonly width: number;
  readonly height: number;
  readonly labels_px: number;
  readonly language: Language;
  readonly words: DrawingWords;
}

const LANE_SHARES: readonly (readonly [LaneName, number])[] = [
  ['responsible', 15],
  ['obstacles', 18],
  ['watched', 27],
  ['held', 32],
  ['alarms', 19],
  ['tracks', 13],
  ['units', 16],
  ['axis', 16],
];
const ELEMENTS = ['trench', 'berm', 'wire', 'wall', 'lighting', 'patrol_road'] as const;
const UNIT_REACH_M = 60_000;

/** Share the height of the canvas among the lanes, top to bottom; that of holding only where it is shown. */
export function lanesOf(height: number, withHolding = false): Record<LaneName, Lane> {
  const shares = LANE_SHARES.map(
    ([name, share]) => [name, name === 'held' && !withHolding ? 0 : share] as const,
  );
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let top = 0;
  const lanes = shares.map(([name, share]): [LaneName, Lane] => {
    const lane = { top, height: (share / total) * height };
    top += lane.height;
    return [name, lane];
  });
  return Object.fromEntries(lanes) as Record<LaneName, Lane>;
}

/** Paint the ribbon; returns what can be pointed at. */
export function paintRibbon(
  context: CanvasRenderingContext2D,
  state: RibbonState,
  frame: RibbonFrame,
): Target[] {
  const { scale, height } = frame;
  paintLabels(context, frame, state);
  paintAxis(context, frame);
  context.save();
  context.beginPath();
  context.rect(scale.left_px, 0, scale.width_px, height);
  context.clip();
  const sections = paintResponsible(context, state, frame);
  const obstacles = paintObstacles(context, state, frame);
  const stretches = paintWatchedLane(context, state.watched, scale, frame.lanes.watched, state.selection);
  const gaps =
    state.holding === null
      ? []
      : paintHoldLane(context, state.holding, scale, frame.lanes.held, state.selection);
  paintMarkLines(context, state, frame);
  context.restore();
  const targets = [
    ...sections,
    ...stretches,
    ...obstacles,
    ...gaps,
    ...paintUnits(context, state, frame),
    ...paintTracks(context, state, frame),
    ...paintAlarms(context, state, frame),
  ];
  paintRange(context, state, frame);
  return targets;
}

function middle(lane: Lane): number {
  return lane.top + lane.height / 2;
}

function paintLabels(
  context: CanvasRenderingContext2D,
  frame: RibbonFrame,
  { caseWords, holding, heldWords }: Pick<RibbonState, 'caseWords' | 'holding' | 'heldWords'>,
): void {
  const { lanes, words } = frame;
  const labels: [LaneName, string][] = [
    ['responsible', words.responsible],
    ['obstacles', words.obstacles],
    ['alarms', words.alarms],
    ['tracks', words.tracks],
    ['units', words.units],
    ['axis', words.kilometre],
  ];
  for (const [name, label] of labels) paintLabel(context, frame, label, middle(lanes[name]), palette.muted);
  paintCase(context, frame, lanes.watched, words.watched, caseWords);
  if (holding !== null) paintCase(context, frame, lanes.held, words.held, heldWords);
}

/** A lane's name, and below it for which case it is. */
function paintCase(
  context: CanvasRenderingContext2D,
  frame: RibbonFrame,
  lane: Lane,
  label: string,
  shown: CaseWords | null,
): void {
  if (shown === null) {
    paintLabel(context, frame, label, middle(lane), palette.muted);
    return;
  }
  const colour = shown.asNow ? palette.muted : palette.priority2;
  paintLabel(context, frame, label, middle(lane) - 7, palette.muted);
  paintLabel(context, frame, shown.words, middle(lane) + 6, colour);
}

function paintLabel(
  context: CanvasRenderingContext2D,
  { width, labels_px, language }: RibbonFrame,
  label: string,
  y: number,
  colour: string,
): void {
  const rightToLeft = language !== 'en';
  const align = rightToLeft ? 'right' : 'left';
  writeWithin(context, label, rightToLeft ? width - 12 : 12, y, labels_px - 18, {
    size_px: 11,
    colour,
    align,
  });
}

function paintAxis(context: CanvasRenderingContext2D, frame: RibbonFrame): void {
  const { scale, lanes } = frame;
  const { step_m, at_m } = ticks(scale, 60);
  for (const chainage_m of at_m) {
    const x = Math.round(pixelOf(scale, chainage_m)) + 0.5;
    context.fillStyle = withOpacity(palette.faint, 0.28);
    context.fillRect(x - 0.5, 0, 1, lanes.axis.top + 2);
    write(context, kilometres(chainage_m, step_m), x, middle(lanes.axis) + 1, {
      size_px: 11,
      colour: palette.muted,
      align: 'center',
    });
  }
}

function paintResponsible(
  context: CanvasRenderingContext2D,
  state: RibbonState,
  frame: RibbonFrame,
): Target[] {
  const { scale, lanes, language } = frame;
  const lane = lanes.responsible;
  return responsibleStretches(state.frontier).flatMap((stretch, index): Target[] => {
    const pixels = pixelsOf(scale, stretch.from_m, stretch.to_m);
    if (pixels === null) return [];
    const [from, to] = pixels;
    context.fillStyle = palette.section[index % 2]!;
    context.fillRect(from, lane.top + 2, Math.max(1, to - from - 1), lane.height - 4);
    const selected = stretch.section_id !== null && isSelected(state, 'section', stretch.section_id);
    const rightToLeft = language !== 'en';
    const look: TextLook = {
      size_px: 10.5,
      colour: selected ? palette.textStrong : palette.text,
      align: rightToLeft ? 'right' : 'left',
    };
    const room_px = to - from - 8;
    const words = shorterWords(state.frontier, stretch, language).find(
      (one) => widthOf(context, one, look) <= room_px,
    );
    if (words !== undefined) write(context, words, rightToLeft ? to - 5 : from + 4, middle(lane), look);
    if (selected) {
      context.strokeStyle = palette.textStrong;
      context.lineWidth = 1;
      context.setLineDash([]);
      context.strokeRect(from + 0.5, lane.top + 2.5, Math.max(1, to - from - 2), lane.height - 5);
    }
    if (stretch.section_id === null) return [];
    const selection: Selection = { kind: 'section', id: stretch.section_id };
    return [{ x: from, y: lane.top, width: to - from, height: lane.height, selection }];
  });
}

function paintObstacles(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): Target[] {
  const { scale, lanes } = frame;
  const lane = lanes.obstacles;
  const present = ELEMENTS.filter((element) => state.obstacles.some((row) => row.element === element));
  const strand = (lane.height - 5) / Math.max(3, present.length);
  return state.obstacles.flatMap((row): Target[] => {
    const pixels = pixelsOf(scale, row.from_m, row.to_m);
    if (pixels === null) return [];
    const [from, to] = pixels;
    const look = obstacleLook(row.state);
    const y = lane.top + 2.5 + (present.indexOf(row.element) + 0.5) * strand;
    const selected = state.selection?.kind === 'obstacle' && state.selection.id === row.obstacle_id;
    context.strokeStyle = look === 'degraded' ? palette.obstacleDegraded : palette.obstacle;
    context.globalAlpha = look === 'planned' && !selected ? 0.65 : 1;
    context.lineWidth = Math.min(3, strand * 0.55) + (selected ? 1.5 : 0);
    context.setLineDash([...OBSTACLE_DASH[look]]);
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(Math.max(to, from + 1), y);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    const selection: Selection = { kind: 'obstacle', id: row.obstacle_id };
    return [{ x: from, y: y - strand / 2, width: to - from, height: strand, selection }];
  });
}

const PILE: TextLook = { size_px: 10, weight: 600, colour: palette.textStrong, halo: palette.halo };

function paintAlarms(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): Target[] {
  const shown = state.alarms
    .filter((row) => row.state !== 'closed' || isSelected(state, 'alarm', row.alarm_id))
    // what needs somebody most is painted last, on top
    .sort((one, other) => standing(other) - standing(one) || other.priority - one.priority);
  const y = middle(frame.lanes.alarms);
  const painted: Pixel[] = [];
  const targets = shown.flatMap((row): Target[] => {
    const x = visiblePixel(frame.scale, row.chainage_m);
    if (x === null) return [];
    painted.push({ x, y });
    if (isSelected(state, 'alarm', row.alarm_id)) ring(context, x, y, 10);
    drawAlarm(context, x, y, 6.5, row.priority, row.state);
    return [{ x: x - 7, y: y - 8, width: 14, height: 16, selection: { kind: 'alarm', id: row.alarm_id } }];
  });
  for (const { at, count } of pilesOf(painted, 7)) {
    if (count > 1) write(context, `×${count}`, at.x + 8, at.y - 4, PILE);
  }
  return targets;
}

function paintTracks(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): Target[] {
  const y = middle(frame.lanes.tracks);
  const marks = [...state.tracks.marks.values()].sort(
    (one, other) => Number(one.forecastToCross) - Number(other.forecastToCross),
  );
  return marks.flatMap((mark): Target[] => {
    const x = visiblePixel(frame.scale, mark.chainage_m);
    if (x === null) return [];
    const id = String(mark.track);
    if (isSelected(state, 'track', id)) ring(context, x, y, 8);
    const colour = mark.forecastToCross ? palette.trackCrossing : palette.trackAnimal;
    drawTrack(context, x, y, mark.forecastToCross ? 4.5 : 3.5, mark.classification, colour);
    return [{ x: x - 4, y: y - 5, width: 8, height: 10, selection: { kind: 'track', id } }];
  });
}

function paintUnits(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): Target[] {
  const y = middle(frame.lanes.units);
  return state.units.flatMap((row): Target[] => {
    const { chainage_m, offset_m } = nearest(state.line, row.lon, row.lat);
    const x = visiblePixel(frame.scale, chainage_m);
    if (x === null || Math.abs(offset_m) > UNIT_REACH_M) return [];
    if (isSelected(state, 'unit', row.unit_id)) ring(context, x, y, 10);
    drawUnit(context, x, y - 0.5, 5, row.kind);
    return [{ x: x - 6, y: y - 6, width: 12, height: 12, selection: { kind: 'unit', id: row.unit_id } }];
  });
}

/** A thin line through all lanes where the pointer is, and where the selection is. */
function paintMarkLines(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): void {
  const { scale, lanes } = frame;
  const marks: [number | null, string][] = [
    [selectedChainage(state), withOpacity(palette.text, 0.5)],
    [state.hover_m, withOpacity(palette.text, 0.28)],
  ];
  for (const [chainage_m, colour] of marks) {
    const x = visiblePixel(scale, chainage_m);
    if (x === null) continue;
    context.fillStyle = colour;
    context.fillRect(Math.round(x), 0, 1, lanes.axis.top + 3);
  }
}

function paintRange(context: CanvasRenderingContext2D, state: RibbonState, frame: RibbonFrame): void {
  if (state.range === null) return;
  const { scale, lanes } = frame;
  const tall = lanes.axis.top;
  const right = scale.left_px + scale.width_px;
  const from = Math.max(scale.left_px, pixelOf(scale, state.range[0]));
  const to = Math.min(right, pixelOf(scale, state.range[1]));
  context.fillStyle = withOpacity(palette.background, 0.6);
  context.fillRect(scale.left_px, 0, Math.max(0, Math.min(from, right) - scale.left_px), tall);
  context.fillRect(Math.max(to, scale.left_px), 0, Math.max(0, right - Math.max(to, scale.left_px)), tall);
  if (to <= from) return;
  context.strokeStyle = palette.range;
  context.lineWidth = 1;
  context.strokeRect(Math.round(from) + 0.5, 0.5, Math.round(to - from) - 1, tall - 1);
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = palette.textStrong;
  context.lineWidth = 1.5;
  context.stroke();
}

function visiblePixel(scale: RibbonScale, chainage_m: number | null | undefined): number | null {
  if (chainage_m === null || chainage_m === undefined) return null;
  const x = pixelOf(scale, chainage_m);
  return x < scale.left_px - 1 || x > scale.left_px + scale.width_px + 1 ? null : x;
}

function isSelected(state: RibbonState, kind: Selection['kind'], id: string): boolean {
  return state.selection?.kind === kind && state.selection.id === id;
}

function standing(alarm: Alarm): number {
  return alarm.state === 'unacknowledged' ? 0 : 1;
}

function selectedChainage(state: RibbonState): number | null {
  const selection = state.selection;
  if (selection === null) return null;
  if (selection.kind === 'alarm') {
    return state.alarms.find((row) => row.alarm_id === selection.id)?.chainage_m ?? null;
  }
  if (selection.kind === 'track') return state.tracks.marks.get(Number(selection.id))?.chainage_m ?? null;
  if (selection.kind === 'unit') {
    const row = state.units.find((unit) => unit.unit_id === selection.id);
    return row === undefined ? null : nearest(state.line, row.lon, row.lat).chainage_m;
  }
  return null;
}
