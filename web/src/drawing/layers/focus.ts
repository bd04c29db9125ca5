// Where was the selected track, where is it expected at the line, and how sure is that?
import type { Feature, FeatureCollection } from 'geojson';
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { destination, placeAt, stretch, type LineIndex } from '../chainage';
import { palette } from '../palette';
import type { Position, TrackFocus } from '../scene';
import type { TrackMark } from '../trackcloud';

const VECTOR_S = 600;
const SLOWEST_M_S = 0.2;
// two standard deviations: about 19 of 20
const SURE_SD = 2;

/** Source of the selected track's past and future, empty at first. */
export const focusSources: Record<string, SourceSpecification> = {
  focus: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
};

/** History as a thin line with dots, the way ahead dashed, the expected stretch of the line broad. */
export const focusLayers: LayerSpecification[] = [
  {
    id: 'focus-expected',
    type: 'line',
    source: 'focus',
    filter: ['==', ['get', 'part'], 'expected'],
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': palette.priority1, 'line-width': 9, 'line-opacity': 0.75 },
  },
  {
    id: 'focus-history',
    type: 'line',
    source: 'focus',
    filter: ['==', ['get', 'part'], 'history'],
    paint: { 'line-color': palette.text, 'line-width': 1.25, 'line-opacity': 0.65 },
  },
  {
    id: 'focus-dots',
    type: 'circle',
    source: 'focus',
    filter: ['==', ['get', 'part'], 'dot'],
    paint: { 'circle-color': palette.text, 'circle-radius': 1.9, 'circle-opacity': 0.8 },
  },
  {
    id: 'focus-ahead',
    type: 'line',
    source: 'focus',
    filter: ['==', ['get', 'part'], 'ahead'],
    paint: { 'line-color': palette.textStrong, 'line-width': 1.6, 'line-dasharray': [3, 2] },
  },
];

/** The parts of the focus as features; nothing when no track is selected or it is gone. */
export function focusFeatures(
  line: LineIndex,
  focus: TrackFocus | null,
  mark: TrackMark | undefined,
): FeatureCollection {
  const features: Feature[] = [];
  if (focus !== null) {
    const now: Position[] = mark === undefined ? [] : [[mark.lon, mark.lat]];
    features.push(path('history', [...focus.history, ...now]));
    features.push(...focus.history.map(dot));
    const { forecast } = focus;
    if (forecast !== null) {
      const half_m = Math.max(forecast.chainage_sd_m * SURE_SD, 50);
      const { chainage_m } = forecast;
      features.push(path('expected', stretch(line, [chainage_m - half_m, chainage_m + half_m])));
    }
    if (mark !== undefined) features.push(path('ahead', [[mark.lon, mark.lat], ahead(line, focus, mark)]));
  }
  return { type: 'FeatureCollection', features };
}

/** To the expected crossing if there is one, else ten minutes along the course. */
function ahead(line: LineIndex, focus: TrackFocus, mark: TrackMark): Position {
  if (focus.forecast !== null) {
    const place = placeAt(line, focus.forecast.chainage_m);
    return [place.lon, place.lat];
  }
  const distance_m = mark.speed_m_s > SLOWEST_M_S ? mark.speed_m_s * VECTOR_S : 0;
  return destination([mark.lon, mark.lat], mark.course_deg, distance_m);
}

function path(part: string, positions: readonly Position[]): Feature {
  return {
    type: 'Feature',
    properties: { part },
    geometry: { type: 'LineString', coordinates: positions.map((position) => [...position]) },
  };
}

function dot(position: Position): Feature {
  return {
    type: 'Feature',
    properties: { part: 'dot' },
    geometry: { type: 'Point', coordinates: [...position] },
  };
}
