// Which alarms lie off the map, past which edge, and how does a person get to them?
import { inside, type Box, type Pixel } from './layout';
import type { DrawingWords, Position, Range } from './scene';

export type Edge = 'left' | 'right' | 'above' | 'below';

/** An alarm that somebody still has to do something about, and where it falls on the screen. */
export interface Placed {
  readonly at: Pixel;
  readonly position: Position;
  readonly chainage_m: number;
  readonly priority: 1 | 2 | 3;
}

/** The alarms past one edge of the map. */
export interface OffMap {
  readonly edge: Edge;
  /** Where along the edge: their middle, CSS pixels. */
  readonly along: number;
  readonly count: number;
  /** The most urgent of them. */
  readonly priority: 1 | 2 | 3;
  readonly chainages: Range;
  readonly positions: readonly Position[];
}

const SIGNS = { 1: '▲1', 2: '■2', 3: '●3' } as const;
const ARROWS: Record<Edge, string> = { left: '←', right: '→', above: '↑', below: '↓' };
/** A mark is so much wider than high. */
const CORNER_PX = { upright: 90, level: 130 } as const;

/** Sort the alarms that the frame does not show by the edge they lie past. */
export function offMap(alarms: readonly Placed[], frame: Box): OffMap[] {
  const past = new Map<Edge, Placed[]>();
  for (const alarm of alarms) {
    if (inside(frame, alarm.at)) continue;
    const edge = edgeOf(alarm.at, frame);
    past.set(edge, [...(past.get(edge) ?? []), alarm]);
  }
  return [...past].map(([edge, those]) => {
    const chainages = those.map(({ chainage_m }) => chainage_m);
    const upright = edge === 'left' || edge === 'right';
    const [start, length] = upright ? [frame.y, frame.height] : [frame.x, frame.width];
    const corner_px = upright ? CORNER_PX.upright : CORNER_PX.level;
    const middle = those.reduce((sum, { at }) => sum + (upright ? at.y : at.x), 0) / those.length;
    return {
      edge,
      along: Math.min(
        Math.max(middle, start + Math.min(corner_px, length / 2)),
        start + Math.max(length - corner_px, length / 2),
      ),
      count: those.length,
      priority: Math.min(...those.map(({ priority }) => priority)) as 1 | 2 | 3,
      chainages: [Math.min(...chainages), Math.max(...chainages)],
      positions: those.map(({ position }) => position),
    };
  });
}

/** The edge that a pixel outside a frame is farthest past. */
function edgeOf(at: Pixel, frame: Box): Edge {
  const past: [Edge, number][] = [
    ['left', frame.x - at.x],
    ['right', at.x - frame.x - frame.width],
    ['above', frame.y - at.y],
    ['below', at.y - frame.y - frame.height],
  ];
  return past.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** "355" or "340–378": whole kilometres. */
export function wholeKilometres([from_m, to_m]: Range): string {
  const [from, to] = [Math.round(from_m / 1000), Math.round(to_m / 1000)];
  return from === to ? String(from) : `${from}–${to}`;
}

export interface EdgeMarks {
  readonly show: (groups: readonly OffMap[], words: DrawingWords) => void;
  /** Where the marks lie in the container: labels keep clear of them. */
  readonly boxes: () => Box[];
  readonly destroy: () => void;
}

/** Buttons at the edges of the map; a press shows what lies past one. */
export function createEdgeMarks(
  container: HTMLElement,
  onShow: (positions: readonly Position[]) => void,
): EdgeMarks {
  const buttons = new Map<Edge, { button: HTMLButtonElement; group: OffMap }>();

  const make = (edge: Edge): HTMLButtonElement => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `map-edge map-edge-${edge}`;
    button.addEventListener('click', () => {
      const found = buttons.get(edge);
      if (found !== undefined) onShow(found.group.positions);
    });
    container.append(button);
    return button;
  };
  return {
    show: (groups, words) => {
      for (const [edge, { button }] of buttons) {
        if (groups.some((group) => group.edge === edge)) continue;
        button.remove();
        buttons.delete(edge);
      }
      for (const group of groups) {
        // kept while it stays, so that nobody loses the focus to a redrawing
        const button = buttons.get(group.edge)?.button ?? make(group.edge);
        buttons.set(group.edge, { button, group });
        const said = words.alarmsOffMap(group.count, wholeKilometres(group.chainages));
        const text = `${SIGNS[group.priority]} ${said} ${ARROWS[group.edge]}`;
        if (button.textContent !== text) {
          button.textContent = text;
          button.setAttribute('aria-label', `${SIGNS[group.priority]} ${said}`);
        }
        button.dataset.priority = String(group.priority);
        const upright = group.edge === 'left' || group.edge === 'right';
        button.style[upright ? 'top' : 'left'] = `${group.along}px`;
      }
    },
    boxes: () =>
      [...buttons.values()].map(({ button }) => {
        const [mine, its] = [button.getBoundingClientRect(), container.getBoundingClientRect()];
        return { x: mine.x - its.x, y: mine.y - its.y, width: mine.width, height: mine.height };
      }),
    destroy: () => {
      for (const { button } of buttons.values()) button.remove();
      buttons.clear();
    },
  };
}
