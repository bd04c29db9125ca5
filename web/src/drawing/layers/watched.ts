// Which ground do healthy sensors cover, and which has lost its sensor? Dead ground is hatched, never merely empty.
import type { FeatureCollection } from 'geojson';
import type { FilterSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { bearing, destination, distance, sectorRing, stretch, type LineIndex } from '../chainage';
import { palette } from '../palette';
import type { Position, Selection, Sensor, Watched } from '../scene';

export const HATCH_IMAGE = 'hatch';

const ROUNDING_M = 1;
const ROUNDING_DEG = 0.01;

/** True while the sensor does its work; a late one is still believed. */
export function watching(sensor: Pick<Sensor, 'state'>): boolean {
  return sensor.state === 'live' || sensor.state === 'late';
}

/** True if the registered sectors of other, healthy sensors together cover a sensor's whole sector. */
export function coveredByOthers(sensor: Sensor, sensors: readonly Sensor[]): boolean {
  const others = sensors.filter((other) => other.sensor_id !== sensor.sensor_id && watching(other));
  return samples(sensor).every((position) => others.some((other) => covers(other, position)));
}

/** Layers that say what is watched by sectors alone: they give way to the veil, which knows the ground. */
export const SECTOR_GROUND = ['sectors-watching', 'sectors-lost', 'sectors-lost-edge'] as const;

/** Sources of sectors and watched stretches, empty at first. */
export const watchedSources: Record<string, SourceSpecification> = {
  sectors: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
  watched: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
};

/** Sectors faint, dead sectors hatched and edged, and along the line what is watched and what was lost. */
export const watchedLayers: LayerSpecification[] = [
  {
    id: 'sectors-watching',
    type: 'fill',
    source: 'sectors',
    filter: ['get', 'watching'],
    paint: { 'fill-color': palette.watched, 'fill-opacity': 0.13, 'fill-antialias': false },
  },
  {
    id: 'sectors-lost',
    type: 'fill',
    source: 'sectors',
    filter: ['get', 'lost'],
    paint: { 'fill-pattern': HATCH_IMAGE, 'fill-opacity': 0.5 },
  },
  {
    id: 'sectors-lost-edge',
    type: 'line',
    source: 'sectors',
    filter: ['get', 'lost'],
    paint: { 'line-color': palette.hatch, 'line-width': 1, 'line-opacity': 0.7, 'line-dasharray': [3, 2] },
  },
  {
    id: 'sectors-selected',
    type: 'line',
    source: 'sectors',
    filter: selectedSectors(null),
    paint: { 'line-color': palette.textStrong, 'line-width': 1.5 },
  },
  {
    id: 'watched',
    type: 'line',
    source: 'watched',
    filter: ['==', ['get', 'state'], 'watched'],
    paint: { 'line-color': palette.watched, 'line-width': 8, 'line-opacity': 0.32 },
  },
  {
    id: 'watched-uncertain',
    type: 'line',
    source: 'watched',
    filter: ['==', ['get', 'state'], 'uncertain'],
    paint: {
      'line-color': palette.watched,
      'line-width': 8,
      'line-opacity': 0.3,
      'line-dasharray': [0.25, 0.35],
    },
  },
  {
    id: 'watched-lost',
    type: 'line',
    source: 'watched',
    filter: ['==', ['get', 'state'], 'lost'],
    paint: {
      'line-color': palette.lost,
      'line-width': 8,
      'line-opacity': 0.6,
      'line-dasharray': [0.25, 0.35],
    },
  },
];

/** Filter that leaves the sectors of the selected sensor, or of all sensors of the selected tower. */
export function selectedSectors(selection: Selection | null): FilterSpecification {
  if (selection?.kind === 'sensor') return ['==', ['get', 'sensor_id'], selection.id];
  if (selection?.kind === 'tower') return ['==', ['get', 'tower_id'], selection.id];
  return ['==', ['get', 'sensor_id'], ''];
}

/** Each sensor's registered sector: healthy, or lost where no other sees the same ground. It reaches out to the range at which it is expected to detect a person. */
export function sectorFeatures(sensors: readonly Sensor[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: sensors.map((sensor) => ({
      type: 'Feature',
      properties: {
        sensor_id: sensor.sensor_id,
        tower_id: sensor.tower_id ?? '',
        watching: watching(sensor),
        lost: !watching(sensor) && !coveredByOthers(sensor, sensors),
      },
      geometry: {
        type: 'Polygon',
        coordinates: [
          sectorRing(
            [sensor.lon, sensor.lat],
            sensor.bearing_deg,
            sensor.sector_deg,
            sensor.range_person_m,
          ).map((position) => [...position]),
        ],
      },
    })),
  };
}

/** What is watched and what was lost, along the line. */
export function watchedFeatures(line: LineIndex, watched: readonly Watched[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: watched
      .filter((row) => row.state !== 'unwatched')
      .map((row) => ({
        type: 'Feature',
        properties: { state: row.state },
        geometry: {
          type: 'LineString',
          coordinates: stretch(line, [row.from_m, row.to_m]).map((position) => [...position]),
        },
      })),
  };
}

function covers(sensor: Sensor, position: Position): boolean {
  const at: Position = [sensor.lon, sensor.lat];
  const away_m = distance(at, position);
  const turned_deg = Math.abs(((bearing(at, position) - sensor.bearing_deg + 540) % 360) - 180);
  const inReach = away_m >= sensor.range_min_m && away_m <= sensor.range_person_m + ROUNDING_M;
  return inReach && turned_deg <= sensor.sector_deg / 2 + ROUNDING_DEG;
}

function samples(sensor: Sensor): Position[] {
  const at: Position = [sensor.lon, sensor.lat];
  const turns = Array.from(
    { length: 13 },
    (_, step) => sensor.bearing_deg + sensor.sector_deg * (step / 12 - 0.5),
  );
  return [0.1, 0.4, 0.7, 1].flatMap((share) =>
    turns.map((turn_deg) => destination(at, turn_deg, share * sensor.range_person_m)),
  );
}
