// Where is everything: the map, built once for a frontier and told of every change after that.
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import type { LngLatBoundsLike, MapMouseEvent } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection } from 'geojson';
import { indexLine, nearest, placeAt, stretch, type LineIndex } from './chainage';
import { hatchTile } from './glyphs';
import { targetAt, type Target } from './layout';
import { focusFeatures, focusLayers, focusSources } from './layers/focus';
import { groundLayers, groundSources } from './layers/ground';
import { bandLayers, lineLayers, lineSources, rangeFeatures } from './layers/line';
import { obstacleFeatures, obstacleLayers, obstacleSources, selectedObstacle } from './layers/obstacles';
import { createTrackLayer } from './layers/tracks';
import * as watchedGround from './layers/watched';
import './map.css';
import { createMapNotes } from './mapnotes';
import { paintOverlay } from './overlay';
import type { OverlayScene } from './overlayscene';
import { palette } from './palette';
import type { Alarm, DrawingWords, Frontier, Language, Obstacle, Position, Range } from './scene';
import type { Selection, Sensor, TrackFocus, Unit, Watched } from './scene';
import { createSurface } from './surface';
import { TrackCloud } from './trackcloud';

export interface MapOptions {
  readonly language: Language;
  readonly words: DrawingWords;
  /** Whether "simulated" is written on the map. */
  readonly simulated: boolean;
  readonly range: Range | null;
  /** Do not draw changes until `pause(false)`; everything is remembered. */
  readonly paused: boolean;
  readonly onSelect: (selection: Selection | null) => void;
  /** Chainage nearest to the pointer while it is near the line, else null. */
  readonly onHover: (chainage_m: number | null) => void;
  /** The first picture stands. Also called when the map cannot be drawn: the page must not wait for it. */
  readonly onReady: () => void;
  /** A frame with this revision of the track cloud was drawn. */
  readonly onPainted?: (revision: number) => void;
}

export interface MapView {
  readonly setSensors: (sensors: readonly Sensor[]) => void;
  readonly setWatched: (watched: readonly Watched[]) => void;
  readonly setObstacles: (obstacles: readonly Obstacle[]) => void;
  readonly setUnits: (units: readonly Unit[]) => void;
  readonly setAlarms: (alarms: readonly Alarm[]) => void;
  /** The cloud is kept, not copied: call again after each frame applied to it. */
  readonly setTracks: (tracks: TrackCloud) => void;
  readonly setFocus: (focus: TrackFocus | null) => void;
  readonly setHover: (chainage_m: number | null) => void;
  /** Mark what is selected and bring it into view if it is outside. */
  readonly select: (selection: Selection | null) => void;
  /** Mark a stretch and show it; null shows where most towers stand (without towers, the whole line). */
  readonly showRange: (range: Range | null) => void;
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  readonly pause: (paused: boolean) => void;
  readonly destroy: () => void;
}

setWorkerUrl(workerUrl);

const PADDING_PX = 56;
const EDGE_PX = 40;
const REACH_PX = 5;
const HOVER_PX = 70;
// towers farther apart than this share of the line are not one group
const APART = 0.1;
const MAX_ZOOM = 15;
const WORLD_PX = 512;
const EQUATOR_M = 40_075_016.7;

/** Build the map in an element that has a size. Without WebGL 2 it says so in words, and the page goes on without it. */
export function createMap(container: HTMLElement, frontier: Frontier, options: MapOptions): MapView {
  const line = indexLine(frontier.line, frontier.home_side);
  const middle = placeAt(line, line.length_m / 2);
  const trackLayer = createTrackLayer([middle.lon, middle.lat]);
  const notes = createMapNotes(container, frontier, options);
  const map = startMap(container, frontier, line.homeSign, options);
  if (map === null) {
    notes.sayUnavailable();
    options.onReady();
    return unavailable(notes.setLanguage, notes.destroy);
  }

  let { language, paused } = options;
  let sensors: readonly Sensor[] = [];
  let watched: readonly Watched[] = [];
  let obstacles: readonly Obstacle[] = [];
  let units: readonly Unit[] = [];
  let alarms: readonly Alarm[] = [];
  let tracks = new TrackCloud();
  let selection: Selection | null = null;
  let focus: TrackFocus | null = null;
  let range = options.range;
  let hover_m: number | null = null;
  let loaded = false;
  let ready = false;
  let targets: readonly Target[] = [];

  const canvas = document.createElement('canvas');
  canvas.className = 'map-overlay';
  canvas.setAttribute('aria-hidden', 'true');
  container.append(canvas);
  const surface = createSurface(canvas, (context, width, height) => {
    if (loaded) targets = paintOverlay(context, width, height, overlayScene());
  });
  const overlayScene = (): OverlayScene => ({
    ...{ frontier, line, sensors, units, alarms, tracks, selection, focus, hover_m, language },
    project: (position) => map.project([position[0], position[1]]),
    metresPerPixel: metresPerPixel(map),
    taken: notes.boxes(),
  });

  const fill = (source: string, features: () => FeatureCollection): void => {
    if (loaded && !paused) map.getSource<GeoJSONSource>(source)?.setData(features());
  };
  const redraw = (): void => {
    if (loaded && !paused) surface.redraw();
  };
  const showFocus = (): void => {
    const mark = focus === null ? undefined : tracks.marks.get(focus.track);
    fill('focus', () => focusFeatures(line, focus, mark));
  };
  const showTracks = (): void => {
    if (!loaded || paused) return;
    if (focus !== null) showFocus();
    const selected = selection?.kind === 'track' ? Number(selection.id) : null;
    if (trackLayer.setCloud(tracks, selected)) map.triggerRepaint();
  };
  const showSelection = (): void => {
    if (!loaded || paused) return;
    map.setFilter('obstacles-selected', selectedObstacle(selection));
    map.setFilter('sectors-selected', watchedGround.selectedSectors(selection));
  };
  const showAll = (): void => {
    fill('sectors', () => watchedGround.sectorFeatures(sensors));
    fill('watched', () => watchedGround.watchedFeatures(line, watched));
    fill('obstacles', () => obstacleFeatures(line, obstacles));
    fill('range', () => rangeFeatures(line, range));
    showFocus();
    showSelection();
    showTracks();
    redraw();
  };
  const bringIntoView = (): void => {
    const at = positionOf(selection, overlayScene());
    if (loaded && !paused && at !== null && outside(map, at)) map.easeTo({ center: [at[0], at[1]] });
  };
  const fit = (animate: boolean): void => {
    const positions = stretch(line, range ?? heldStretch(frontier, line));
    map.fitBounds(boundsOf(positions), { padding: PADDING_PX, maxZoom: 12, animate });
  };

  map.on('load', () => {
    map.addLayer(trackLayer);
    loaded = true;
    showAll();
    if (range === null) bringIntoView();
  });
  map.on('webglcontextrestored', () => {
    map.removeLayer('tracks');
    map.addLayer(trackLayer);
  });
  map.on('render', () => {
    if (!loaded) return;
    surface.drawNow();
    options.onPainted?.(trackLayer.drawnRevision());
    // not 'idle': where drawing is slow and tracks keep coming the map is never idle
    if (ready || !map.areTilesLoaded()) return;
    ready = true;
    options.onReady();
  });
  map.on('click', (event: MapMouseEvent) =>
    options.onSelect(targetAt(targets, event.point.x, event.point.y, REACH_PX)),
  );
  map.on('mousemove', (event: MapMouseEvent) => {
    const over = targetAt(targets, event.point.x, event.point.y, REACH_PX) !== null;
    map.getCanvas().style.cursor = over ? 'pointer' : '';
    const { chainage_m, offset_m } = nearest(line, event.lngLat.lng, event.lngLat.lat);
    options.onHover(Math.abs(offset_m) < HOVER_PX * metresPerPixel(map) ? chainage_m : null);
  });
  map.on('mouseout', () => options.onHover(null));

  return {
    setSensors: (next) => {
      sensors = next;
      fill('sectors', () => watchedGround.sectorFeatures(sensors));
      redraw();
    },
    setWatched: (next) => {
      watched = next;
      fill('watched', () => watchedGround.watchedFeatures(line, watched));
    },
    setObstacles: (next) => {
      obstacles = next;
      notes.setElements(new Set(next.map((row) => row.element)));
      fill('obstacles', () => obstacleFeatures(line, obstacles));
    },
    setUnits: (next) => {
      units = next;
      redraw();
    },
    setAlarms: (next) => {
      alarms = next;
      redraw();
    },
    setTracks: (next) => {
      tracks = next;
      showTracks();
    },
    setFocus: (next) => {
      focus = next;
      showFocus();
      redraw();
    },
    setHover: (chainage_m) => {
      if (chainage_m === hover_m) return;
      hover_m = chainage_m;
      redraw();
    },
    select: (next) => {
      selection = next;
      showSelection();
      showTracks();
      redraw();
      bringIntoView();
    },
    showRange: (next) => {
      range = next;
      fill('range', () => rangeFeatures(line, range));
      fit(loaded);
    },
    setLanguage: (nextLanguage, nextWords) => {
      language = nextLanguage;
      notes.setLanguage(nextLanguage, nextWords);
      redraw();
    },
    pause: (next) => {
      paused = next;
      if (!paused) showAll();
    },
    destroy: () => {
      surface.destroy();
      canvas.remove();
      notes.destroy();
      map.remove();
    },
  };
}

function startMap(
  container: HTMLElement,
  frontier: Frontier,
  homeSign: 1 | -1,
  options: MapOptions,
): MapLibreMap | null {
  const line = indexLine(frontier.line, frontier.home_side);
  const positions = stretch(line, options.range ?? heldStretch(frontier, line));
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

/** A view for a browser that cannot draw the map: it takes everything and shows nothing. */
function unavailable(setLanguage: MapView['setLanguage'], destroy: () => void): MapView {
  const nothing = (): void => undefined;
  return {
    ...{
      setSensors: nothing,
      setWatched: nothing,
      setObstacles: nothing,
      setUnits: nothing,
      setAlarms: nothing,
    },
    ...{ setTracks: nothing, setFocus: nothing, setHover: nothing, select: nothing, showRange: nothing },
    setLanguage,
    pause: nothing,
    destroy,
  };
}

function positionOf(selection: Selection | null, scene: OverlayScene): Position | null {
  const found = located(selection, scene);
  return typeof found?.lon === 'number' && typeof found.lat === 'number' ? [found.lon, found.lat] : null;
}

function located(
  selection: Selection | null,
  scene: OverlayScene,
): { readonly lon?: number | null; readonly lat?: number | null } | undefined {
  const id = selection?.id;
  switch (selection?.kind) {
    case 'alarm':
      return scene.alarms.find((row) => row.alarm_id === id);
    case 'track':
      return scene.tracks.marks.get(Number(id));
    case 'unit':
      return scene.units.find((row) => row.unit_id === id);
    case 'sensor':
      return scene.sensors.find((row) => row.sensor_id === id);
    case 'tower':
      return scene.frontier.towers.find((row) => row.tower_id === id);
    default:
      return undefined;
  }
}

/** Where most towers stand close together, with a margin: nobody watches a picture of empty ground. */
function heldStretch(frontier: Frontier, line: LineIndex): Range {
  const chainages = frontier.towers
    .map((tower) => nearest(line, tower.lon, tower.lat).chainage_m)
    .sort((one, other) => one - other);
  const groups: number[][] = [];
  for (const chainage_m of chainages) {
    const group = groups.at(-1);
    if (group !== undefined && chainage_m - group.at(-1)! <= line.length_m * APART) group.push(chainage_m);
    else groups.push([chainage_m]);
  }
  const [largest] = groups.sort((one, other) => other.length - one.length);
  if (largest === undefined || largest.length < 2) return [0, line.length_m];
  const margin_m = (largest.at(-1)! - largest[0]!) * 0.08;
  return [largest[0]! - margin_m, largest.at(-1)! + margin_m];
}

function outside(map: MapLibreMap, position: Position): boolean {
  const { x, y } = map.project([position[0], position[1]]);
  const { clientWidth, clientHeight } = map.getContainer();
  return x < EDGE_PX || y < EDGE_PX || x > clientWidth - EDGE_PX || y > clientHeight - EDGE_PX;
}

function metresPerPixel(map: MapLibreMap): number {
  const latitude = (map.getCenter().lat * Math.PI) / 180;
  return (EQUATOR_M * Math.cos(latitude)) / (WORLD_PX * 2 ** map.getZoom());
}

function boundsOf(positions: readonly Position[]): LngLatBoundsLike {
  const lons = positions.map((position) => position[0]);
  const lats = positions.map((position) => position[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
