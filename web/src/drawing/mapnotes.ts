// Which words stand on the map: the legend, and at the foot that this is no legal boundary and whose data it is.
import type { Box } from './layout';
import { createLegend } from './legend';
import type { DrawingWords, Frontier } from './scene';

export interface MapNotes {
  readonly setLanguage: (words: DrawingWords) => void;
  /** Say in the map's place that it cannot be drawn. */
  readonly sayUnavailable: () => void;
  /** Where the notes lie in the container: labels keep clear of them. */
  readonly boxes: () => Box[];
  readonly destroy: () => void;
}

const NARROW_PX = 900;

/** Put the notes into the map's container. They are ordinary elements: readable, selectable, scalable. */
export function createMapNotes(
  container: HTMLElement,
  frontier: Frontier,
  options: { readonly words: DrawingWords; readonly simulated: boolean },
): MapNotes {
  let { words } = options;
  let legend = createLegend(words, container.clientWidth >= NARROW_PX);
  const caption = document.createElement('p');
  caption.className = 'map-caption';
  const sorry = document.createElement('p');
  sorry.className = 'map-unavailable';

  const write = (): void => {
    const strong = document.createElement('strong');
    strong.textContent = [words.notALegalBoundary, ...(options.simulated ? [words.simulated] : [])].join(
      ' · ',
    );
    const credits = document.createElement('bdi');
    credits.textContent = frontier.attribution.join(' · ');
    caption.replaceChildren(strong, ...(credits.textContent === '' ? [] : [' · ', credits]));
    sorry.textContent = words.mapUnavailable;
  };
  write();
  container.append(legend, caption);
  return {
    setLanguage: (next) => {
      words = next;
      const renewed = createLegend(words, legend.open);
      legend.replaceWith(renewed);
      legend = renewed;
      write();
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
