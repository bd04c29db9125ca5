// Where is everything: the map, built once for a frontier and told of every change after that.
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import { gapId, gapsNow, type Gap, type HoldingMap } from './holding';
import { indexLine, nearest, placeAt, stretch } from './chainage';
import { createEdgeMarks, offMap, type Placed } from './edgemarks';
import { targetAt, type Pixel, type Target } from './layout';
import { focusFeatures } from './layers/focus';
import { rangeFeatures } from './layers/line';
import { obstacleFeatures, selectedObstacle } from './layers/obstacles';
import { createTrackLayer } from './layers/tracks';
import { createVeilLayers, type HeightTiles, type VeilLayers, type VeilTiles } from './layers/veil';
import * as watchedGround from './layers/watched';
import './map.css';
import { createMapNotes } from './mapnotes';
import { boundsOf, PADDING_PX, startMap, stripBounds, wholeLine } from './mapstart';
import { createMapTools, type Carried, type Rest } from './maptools';
import { paintOverlay } from './overlay';
import { alarmPosition } from './overlaymarks';
import type { OverlayScene } from './overlayscene';
import type { SightLineMark, TriedTower } from './overlaysight';
import type { Alarm, DrawingWords, Frontier, Language, Obstacle, Position, Range } from './scene';
import type { Selection, Sensor, Task, TrackFocus, Unit, Watched } from './scene';
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
  /** The pointer rests on a place, or has left it. */
  readonly onRest: (rest: Rest | null) => void;
  /** A place was picked, while `setPicking` says so. */
  readonly onPick: (at: Position) => void;
  /** A tower was carried, while `setMovable` says so. */
  readonly onCarry: (tower_id: string, to: Position) => void;
  /** The first picture stands. Also called when the map cannot be drawn: the page must not wait for it. */
  readonly onReady: () => void;
  /** A frame with this revision of the track cloud was drawn. */
  readonly onPainted?: (revision: number) => void;
}

export interface MapView {
  readonly setSensors: (sensors: readonly Sensor[]) => void;
  readonly setWatched: (watched: readonly Watched[]) => void;
  /** Ground that is watched, pixel by pixel; null while sight lines are not computed. */
  readonly setVeil: (veil: VeilTiles | null) => void;
  /** The lowest height that one tower sees; null for no tower. */
  readonly setHeights: (heights: HeightTiles | null) => void;
  /** A tower that is tried elsewhere; null when nothing is tried. */
  readonly setTried: (tried: TriedTower | null) => void;
  readonly setSightLine: (mark: SightLineMark | null) => void;
  /** Gaps and weakest ways; null where holding is not shown. */
  readonly setHolding: (holding: HoldingMap | null) => void;
  readonly setMovable: (movable: boolean) => void;
  readonly setPicking: (picking: boolean) => void;
  readonly setObstacles: (obstacles: readonly Obstacle[]) => void;
  readonly setUnits: (units: readonly Unit[]) => void;
  readonly setAlarms: (alarms: readonly Alarm[]) => void;
  /** Tasks that are not over: a line leads from each unit to where it was sent. */
  readonly setTasks: (tasks: readonly Task[]) => void;
  /** The cloud is kept, not copied: call again after each frame applied to it. */
  readonly setTracks: (tracks: TrackCloud) => void;
  readonly setFocus: (focus: TrackFocus | null) => void;
  readonly setHover: (chainage_m: number | null) => void;
  /** Mark what is selected and bring it into view if it is outside. */
  readonly select: (selection: Selection | null) => void;
  /** Mark a stretch and show it; null shows the whole line. */
  readonly showRange: (range: Range | null) => void;
  readonly setLanguage: (language: Language, words: DrawingWords) => void;
  readonly pause: (paused: boolean) => void;
  /** Where a position falls in the map's element, CSS pixels; null where nothing is drawn. */
  readonly pixelOf: (position: Position) => Pixel | null;
  readonly destroy: () => void;
}

const EDGE_PX = 40;
const REACH_PX = 5;
const HOVER_PX = 70;
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

  let { language, words, paused } = options;
  let sensors: readonly Sensor[] = [];
  let watched: readonly Watched[] = [];
  let obstacles: readonly Obstacle[] = [];
  let units: readonly Unit[] = [];
  let alarms: readonly Alarm[] = [];
  let tasks: readonly Task[] = [];
  let tracks = new TrackCloud();
  let selection: Selection | null = null;
  let focus: TrackFocus | null = null;
  let range = options.range;
  let hover_m: number | null = null;
  let tried: TriedTower | null = null;
  let sightLine: SightLineMark | null = null;
  let holding: HoldingMap | null = null;
  let veil: VeilTiles | null = null;
  let heights: HeightTiles | null = null;
  let veilLayers: VeilLayers | null = null;
  let movable = false;
  let picking = false;
  let loaded = false;
  let ready = false;
  let targets: readonly Target[] = [];

  const canvas = document.createElement('canvas');
  canvas.className = 'map-overlay';
  canvas.setAttribute('aria-hidden', 'true');
  container.append(canvas);
  const surface = createSurface(canvas, (context, width, height) => {
    if (!loaded) return;
    const scene = overlayScene();
    targets = paintOverlay(context, width, height, scene);
    const placed = placedAlarms(scene);
    edges.show(offMap(placed, { x: 0, y: 0, width, height }), words);
    const crossing = selectedCrossing(scene);
    const crossed = crossing === undefined ? [] : [scene.project([crossing.lon, crossing.lat])];
    const counted = edges.boxes().map((box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 }));
    notes.keepOff([...placed.map(({ at }) => at), ...crossed, ...counted]);
  });
  const edges = createEdgeMarks(container, (positions) => {
    map.fitBounds(boundsOf(positions), { padding: PADDING_PX, maxZoom: map.getZoom() });
  });
  const overlayScene = (): OverlayScene => ({
    ...{ frontier, line, sensors, units, alarms, tasks, tracks, selection, focus, hover_m, language },
    ...{ tried, sightLine, holding },
    project: (position) => map.project([position[0], position[1]]),
    metresPerPixel: metresPerPixel(map),
    taken: [...notes.boxes(), ...edges.boxes()],
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
  const showVeil = (): void => {
    if (veilLayers === null || paused) return;
    veilLayers.setVeil(veil);
    veilLayers.setHeights(heights);
    veilLayers.dim(tried !== null);
    // where the ground itself is shown, circles round sensors would say less and seem to say more
    for (const id of watchedGround.SECTOR_GROUND) {
      map.setLayoutProperty(id, 'visibility', veil === null ? 'visible' : 'none');
    }
    map.setPaintProperty('sectors-selected', 'line-opacity', veil === null ? 1 : 0.45);
  };
  const showAll = (): void => {
    showVeil();
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
    const positions = stretch(line, range ?? wholeLine(line));
    map.fitBounds(boundsOf(positions), { padding: PADDING_PX, maxZoom: 12, animate });
  };

  map.on('load', () => {
    map.addLayer(trackLayer);
    veilLayers = createVeilLayers(map, stripBounds(frontier));
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
  const under = ({ x, y }: Pixel): Selection | null => targetAt(targets, x, y, REACH_PX);
  const towerUnder = (at: Pixel): Carried | null => {
    const found = movable && !picking ? towerOf(under(at), sensors) : null;
    const tower = frontier.towers.find(({ tower_id }) => tower_id === found);
    if (tower === undefined) return null;
    const { tower_id, lon, lat } = tower;
    return tried?.tower_id === tower_id ? tried : { tower_id, at: [lon, lat] };
  };
  const stopTools = createMapTools(map, {
    towerAt: towerUnder,
    tried: () => tried,
    onCarry: options.onCarry,
    onRest: options.onRest,
    occupied: (at) => picking || under(at) !== null,
  });
  map.on('click', (event: MapMouseEvent) => {
    if (picking) options.onPick([event.lngLat.lng, event.lngLat.lat]);
    else options.onSelect(under(event.point));
  });
  map.on('mousemove', (event: MapMouseEvent) => {
    map.getCanvas().style.cursor = cursorAt(event.point);
    const { chainage_m, offset_m } = nearest(line, event.lngLat.lng, event.lngLat.lat);
    options.onHover(Math.abs(offset_m) < HOVER_PX * metresPerPixel(map) ? chainage_m : null);
  });
  map.on('mouseout', () => options.onHover(null));
  function cursorAt(at: Pixel): string {
    if (picking) return 'crosshair';
    if (towerUnder(at) !== null) return 'grab';
    return under(at) === null ? '' : 'pointer';
  }

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
    setVeil: (next) => {
      veil = next;
      notes.setVeil(veil !== null);
      showVeil();
    },
    setHeights: (next) => {
      heights = next;
      notes.setHeights(heights?.tower_id ?? null);
      showVeil();
      redraw();
    },
    setTried: (next) => {
      tried = next;
      showVeil();
      redraw();
    },
    setSightLine: (next) => {
      sightLine = next;
      redraw();
    },
    setHolding: (next) => {
      holding = next;
      redraw();
    },
    setMovable: (next) => {
      movable = next;
    },
    setPicking: (next) => {
      picking = next;
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
    setTasks: (next) => {
      tasks = next;
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
      words = nextWords;
      notes.setLanguage(nextLanguage, nextWords);
      redraw();
    },
    pause: (next) => {
      paused = next;
      if (!paused) showAll();
    },
    pixelOf: ([lon, lat]) => (loaded ? map.project([lon, lat]) : null),
    destroy: () => {
      stopTools();
      surface.destroy();
      canvas.remove();
      notes.destroy();
      edges.destroy();
      map.remove();
    },
  };
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
      setTasks: nothing,
    },
    ...{ setVeil: nothing, setHeights: nothing, setTried: nothing, setSightLine: nothing },
    ...{ setHolding: nothing, setMovable: nothing, setPicking: nothing },
    ...{ setTracks: nothing, setFocus: nothing, setHover: nothing, select: nothing, showRange: nothing },
    setLanguage,
    pause: nothing,
    pixelOf: () => null,
    destroy,
  };
}

/** The tower that a selection means: itself, or the one that carries a sensor. */
function towerOf(selection: Selection | null, sensors: readonly Sensor[]): string | null {
  if (selection?.kind === 'tower') return selection.id;
  if (selection?.kind !== 'sensor') return null;
  return sensors.find(({ sensor_id }) => sensor_id === selection.id)?.tower_id ?? null;
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
    case 'task':
      return scene.tasks.find((row) => row.task_id === id);
    case 'unit':
      return scene.units.find((row) => row.unit_id === id);
    case 'sensor':
      return scene.sensors.find((row) => row.sensor_id === id);
    case 'tower':
      return scene.frontier.towers.find((row) => row.tower_id === id);
    case 'gap':
      return selectedCrossing(scene);
    default:
      return undefined;
  }
}

/** Where the weakest way of the selected gap crosses the line. */
function selectedCrossing({ holding, selection }: OverlayScene): Gap['course'][number] | undefined {
  if (holding === null || selection?.kind !== 'gap') return undefined;
  const gap = gapsNow(holding).find((one) => gapId(holding.held.name, one) === selection?.id);
  return gap?.course.find(({ what }) => what === 'line');
}

/** The alarms that somebody still has to do something about, and where they fall on the screen. */
function placedAlarms(scene: OverlayScene): Placed[] {
  return scene.alarms.flatMap((alarm): Placed[] => {
    if (alarm.state === 'closed' || alarm.state === 'shelved') return [];
    const position = alarmPosition(scene, alarm);
    if (position === null) return [];
    const { chainage_m } = nearest(scene.line, position[0], position[1]);
    return [{ at: scene.project(position), position, chainage_m, priority: alarm.priority }];
  });
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
