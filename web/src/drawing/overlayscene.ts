// What does the map's overlay show, and how does a position become a pixel?
import type { LineIndex } from './chainage';
import type { HoldingMap } from './holding';
import type { Box, Pixel } from './layout';
import type { SightLineMark, TriedTower } from './overlaysight';
import type { Alarm, Frontier, Language, Position, Selection, Sensor, Task, TrackFocus, Unit } from './scene';
import type { TrackCloud } from './trackcloud';

/** All that the overlay shows, and how a position becomes a pixel. */
export interface OverlayScene {
  readonly frontier: Frontier;
  readonly line: LineIndex;
  readonly sensors: readonly Sensor[];
  readonly units: readonly Unit[];
  readonly alarms: readonly Alarm[];
  /** Units on their way, or there: what they were asked and where to. */
  readonly tasks: readonly Task[];
  readonly tracks: TrackCloud;
  readonly selection: Selection | null;
  readonly focus: TrackFocus | null;
  readonly hover_m: number | null;
  readonly tried: TriedTower | null;
  readonly sightLine: SightLineMark | null;
  /** How the line is held in the case that is shown; null where that is not shown. */
  readonly holding: HoldingMap | null;
  readonly language: Language;
  readonly project: (position: Position) => Pixel;
  /** Ground metres under one pixel in the middle of the map. */
  readonly metresPerPixel: number;
  /** Boxes of other things on the map (legend, caption) that labels keep clear of. */
  readonly taken: readonly Box[];
}

/** True if the thing is what is selected. */
export function isSelected(
  scene: Pick<OverlayScene, 'selection'>,
  kind: Selection['kind'],
  id: string,
): boolean {
  return scene.selection?.kind === kind && scene.selection.id === id;
}
