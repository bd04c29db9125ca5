// Which words stand on the map: the legend, and at the foot that this is no legal boundary and whose data it is.
import type { Box } from './layout';
import { createLegend } from './legend';
import { nameIn, type DrawingWords, type Frontier, type Language, type Obstacle } from './scene';

export interface MapNotes {
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  /** Which kinds of obstacle there are, for the legend. */
  readonly setElements: (elements: ReadonlySet<Obstacle['element']>) => void;
  /** Say in the map's place that it cannot be drawn. */
  readonly sayUnavailable: () => void;
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
  let elements: ReadonlySet<Obstacle['element']> = new Set();
  const roomy = container.clientWidth >= ROOMY_PX.width && container.clientHeight >= ROOMY_PX.height;
  let legend = createLegend(words, elements, roomy);
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
    const renewed = createLegend(words, elements, legend.open);
    legend.replaceWith(renewed);
    legend = renewed;
  };
  write();
  container.append(legend, caption);
  return {
    setLanguage: (nextLanguage, nextWords) => {
      language = nextLanguage;
      words = nextWords;
      renewLegend();
      write();
    },
    setElements: (next) => {
      if ([...next].sort().join() === [...elements].sort().join()) return;
      elements = next;
      renewLegend();
    },
    sayUnavailable: () => {
      legend.remove();
      container.append(sorry);
    },
    boxes: () =>
      [legend, caption].map((note) => ({
        x: note.offsetLeft,
        y: note.offsetTop,
        width: note.offsetWidth,
        height: note.offsetHeight,
      })),
    destroy: () => {
      legend.remove();
      caption.remove();
      sorry.remove();
    },
  };
}
