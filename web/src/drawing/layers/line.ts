// Where is the line, how uncertain is it, and which stretch of it is brushed?
import type { Feature, FeatureCollection } from 'geojson';
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { stretch, type LineIndex } from '../chainage';
import { palette } from '../palette';
import type { Frontier, Range } from '../scene';

/** Sources of the line, its uncertainty band and the brushed range. */
export function lineSources(frontier: Frontier): Record<string, SourceSpecification> {
  const band: Feature = {
    type: 'Feature',
    properties: {},
    geometry: { type: 'Polygon', coordinates: [frontier.band.map((position) => [...position])] },
  };
  const line: Feature = {
    type: 'Feature',
    properties: {},
    geometry: { type: 'LineString', coordinates: frontier.line.map((point) => [point.lon, point.lat]) },
  };
  return {
    band: { type: 'geojson', data: band },
    line: { type: 'geojson', data: line },
    range: { type: 'geojson', data: rangeFeatures(null, null) },
  };
}

/** The band lies under what stands on the ground. */
export const bandLayers: LayerSpecification[] = [
  {
    id: 'band',
    type: 'fill',
    source: 'band',
    paint: { 'fill-color': palette.uncertainty, 'fill-opacity': 0.13 },
  },
  {
    id: 'band-edge',
    type: 'line',
    source: 'band',
    paint: { 'line-color': palette.uncertainty, 'line-opacity': 0.22, 'line-width': 0.75 },
  },
];

/** The line itself lies over the obstacles, which run beside it. */
export const lineLayers: LayerSpecification[] = [
  {
    id: 'line-casing',
    type: 'line',
    source: 'line',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.lineCasing, 'line-width': 4, 'line-opacity': 0.8 },
  },
  {
    id: 'range',
    type: 'line',
    source: 'range',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.range, 'line-width': 9, 'line-opacity': 0.45 },
  },
  {
    id: 'line',
    type: 'line',
    source: 'line',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.line, 'line-width': 1.7 },
  },
];

/** The brushed stretch as something to draw; empty when nothing is brushed. */
export function rangeFeatures(line: LineIndex | null, range: Range | null): FeatureCollection {
  if (line === null || range === null) return { type: 'FeatureCollection', features: [] };
  const coordinates = stretch(line, range).map((position) => [...position]);
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } }],
  };
}
