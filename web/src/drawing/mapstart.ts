// With which ground, layers and view does the map begin?
import { Map as MapLibreMap, setWorkerUrl, type LngLatBoundsLike } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { indexLine, stretch, type LineIndex } from './chainage';
import { hatchTile } from './glyphs';
import { focusLayers, focusSources } from './layers/focus';
import { groundLayers, groundSources } from './layers/ground';
import { bandLayers, lineLayers, lineSources } from './layers/line';
import { obstacleLayers, obstacleSources } from './layers/obstacles';
import type { Bounds } from './layers/veil';
import * as watchedGround from './layers/watched';
import { palette } from './palette';
import type { Frontier, Position, Range } from './scene';

setWorkerUrl(workerUrl);

/** What is shown whole stands clear of the bar above the map and the caption below it. */
export const PADDING_PX = { top: 64, right: 56, bottom: 72, left: 56 } as const;
const MAX_ZOOM = 15;
// farther from the line than this nobody watches
const STRIP_DEG = 0.4;

/** Start the map in its container; null where there is no WebGL 2. */
export function startMap(
  container: HTMLElement,
  frontier: Frontier,
  homeSign: 1 | -1,
  options: { readonly range: Range | null; readonly words: { readonly map: string } },
): MapLibreMap | null {
  const line = indexLine(frontier.line, frontier.home_side);
  const positions = stretch(line, options.range ?? wholeLine(line));
  try {
    const map = new MapLibreMap({
      container,
      style: {
        version: 8,
        sources: {
          ...groundSources(frontier),
          ...lineSources(frontier),
          ...watchedGround.watchedSources,
          ...obstacleSources,
          ...focusSources,
        },
        layers: [
          ...groundLayers(frontier),
          ...bandLayers,
          ...watchedGround.watchedLayers,
          ...obstacleLayers(homeSign),
          ...lineLayers,
          ...focusLayers,
        ],
      },
      bounds: boundsOf(positions),
      fitBoundsOptions: { padding: PADDING_PX, maxZoom: 12 },
      maxZoom: MAX_ZOOM,
      // north stays up: an officer who describes a place by radio must not have to think which way the map lies
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      renderWorldCopies: false,
      attributionControl: false,
      fadeDuration: 0,
      locale: { 'Map.Title': options.words.map },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    const ratio = window.devicePixelRatio > 1 ? 2 : 1;
    map.on('styledata', () => {
      if (!map.hasImage(watchedGround.HATCH_IMAGE)) {
        map.addImage(watchedGround.HATCH_IMAGE, hatchTile(6, ratio, palette.hatch), { pixelRatio: ratio });
      }
    });
    return map;
  } catch (error) {
    console.error('The map could not be started.', error);
    return null;
  }
}

/** All of the line: who does not know it sees first how long it is, and where on it things happen. */
export function wholeLine(line: LineIndex): Range {
  return [0, line.length_m];
}

/** The ground that sight lines can tell of: the line's own, and a strip round it. */
export function stripBounds(frontier: Frontier): Bounds {
  const [[west, south], [east, north]] = cornersOf(frontier.line.map(({ lon, lat }) => [lon, lat]));
  return [west - STRIP_DEG, south - STRIP_DEG, east + STRIP_DEG, north + STRIP_DEG];
}

export function boundsOf(positions: readonly Position[]): LngLatBoundsLike {
  return cornersOf(positions);
}

function cornersOf(positions: readonly Position[]): [[number, number], [number, number]] {
  const lons = positions.map((position) => position[0]);
  const lats = positions.map((position) => position[1]);
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ];
}
