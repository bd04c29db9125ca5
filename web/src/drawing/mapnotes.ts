// Which words stand on the map: the legend, and at the foot that this is no legal boundary and whose data it is.
import { inside, type Box, type Pixel } from './layout';
import { createHeightsLegend, createLegend, type Explained } from './legend';
import { nameIn, type DrawingWords, type Frontier, type Language, type Obstacle } from './scene';

export interface MapNotes {
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  /** Which kinds of obstacle there are, for the legend. */
  readonly setElements: (elements: ReadonlySet<Obstacle['element']>) => void;
  /** Whether the ground itself is shown as watched, for the legend. */
  readonly setVeil: (shown: boolean) => void;
  /** The tower whose ground is shown by height; null for none. */
  readonly setHeights: (tower_id: string | null) => void;
  /** Say in the map's place that it cannot be drawn. */
  readonly sayUnavailable: () => void;
  /** Fold the legend if it lies on any of these, unless somebody opened it by hand. */
  readonly keepOff: (marks: readonly Pixel[]) => void;
  /** Where the notes lie in the container: labels keep clear of them. */
  readonly boxes: () => Box[];
  readonly destroy: () => void;
}

// on a smaller map the legend would hide what it explains
const ROOMY_PX = { width: 1100, height: 560 } as const;

/** Put the notes into the map's container. They are ordinary elements: readable, selectable, scalable. */
export function createMapNotes(
  container: HTMLElement,
  frontier: Frontier,
  options: { readonly language: Language; readonly words: DrawingWords; readonly simulated: boolean },
): MapNotes {
  let { language, words } = options;
  let explained: Explained = { elements: new Set(), veil: false };
  let tower_id: string | null = null;
  const roomy = container.clientWidth >= ROOMY_PX.width && container.clientHeight >= ROOMY_PX.height;
  let legend = createLegend(words, explained, roomy);
  let openedByHand = false;
  let heights: HTMLElement | null = null;
  const listenToHand = (): void => {
    legend.querySelector('summary')?.addEventListener('click', () => {
      openedByHand = !legend.open;
    });
  };
  const caption = document.createElement('p');
  caption.className = 'map-caption';
  const sorry = document.createElement('p');
  sorry.className = 'map-unavailable';

  const write = (): void => {
    const strong = document.createElement('strong');
    strong.textContent = [
      nameIn(frontier.notice, language),
      ...(options.simulated ? [words.simulated] : []),
    ].join(' · ');
    const credits = document.createElement('bdi');
    credits.textContent = frontier.attribution.join(' · ');
    caption.replaceChildren(strong, ...(credits.textContent === '' ? [] : [' · ', credits]));
    sorry.textContent = words.mapUnavailable;
  };
  const renewLegend = (): void => {
    const renewed = createLegend(words, explained, legend.open);
    legend.replaceWith(renewed);
    legend = renewed;
    listenToHand();
  };
  const renewHeights = (): void => {
    heights?.remove();
    heights = tower_id === null ? null : createHeightsLegend(words, tower_id);
    if (heights !== null) container.append(heights);
  };
  write();
  listenToHand();
  container.append(legend, caption);
  return {
    setLanguage: (nextLanguage, nextWords) => {
      language = nextLanguage;
      words = nextWords;
      renewLegend();
      renewHeights();
      write();
    },
    setElements: (next) => {
      if ([...next].sort().join() === [...explained.elements].sort().join()) return;
      explained = { ...explained, elements: next };
      renewLegend();
    },
    setVeil: (shown) => {
      if (shown === explained.veil) return;
      explained = { ...explained, veil: shown };
      renewLegend();
    },
    setHeights: (next) => {
      if (next === tower_id) return;
      tower_id = next;
      renewHeights();
    },
    sayUnavailable: () => {
      legend.remove();
      container.append(sorry);
    },
    keepOff: (marks) => {
      if (!legend.open || openedByHand) return;
      const box = boxOf(legend);
      if (marks.some((at) => inside(box, at))) legend.open = false;
    },
    boxes: () => [legend, caption, ...(heights === null ? [] : [heights])].map(boxOf),
    destroy: () => {
      legend.remove();
      caption.remove();
      heights?.remove();
      sorry.remove();
    },
  };
}

function boxOf(note: HTMLElement): Box {
  return { x: note.offsetLeft, y: note.offsetTop, width: note.offsetWidth, height: note.offsetHeight };
}
