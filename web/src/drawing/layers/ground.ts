// What lies under everything: the shaded terrain, water and the neighbours' borders.
import type { FeatureCollection } from 'geojson';
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { palette } from '../palette';
import type { Frontier } from '../scene';

/** Sources of the ground; terrain only where the server has a picture of it. */
export function groundSources(frontier: Frontier): Record<string, SourceSpecification> {
  const sources: Record<string, SourceSpecification> = {
    water: { type: 'geojson', data: frontier.lakes as unknown as FeatureCollection },
    neighbours: { type: 'geojson', data: frontier.neighbours as unknown as FeatureCollection },
  };
  if (frontier.terrain !== null) {
    const [topLeft, topRight, bottomRight, bottomLeft] = frontier.terrain.corners;
    if (!topLeft || !topRight || !bottomRight || !bottomLeft) {
      throw new Error(
        `The terrain picture needs 4 corners; the server sent ${frontier.terrain.corners.length}.`,
      );
    }
    sources['terrain'] = {
      type: 'image',
      url: new URL(frontier.terrain.url, document.baseURI).href,
      coordinates: [topLeft, topRight, bottomRight, bottomLeft],
    };
  }
  return sources;
}

/** Layers of the ground, bottom first. The terrain whispers: what stands on it must be read before it. */
export function groundLayers(frontier: Frontier): LayerSpecification[] {
  const terrain: LayerSpecification[] =
    frontier.terrain === null
      ? []
      : [
          {
            id: 'terrain',
            type: 'raster',
            source: 'terrain',
            paint: { 'raster-opacity': 1, 'raster-fade-duration': 0, 'raster-resampling': 'linear' },
          },
        ];
  return [
    { id: 'background', type: 'background', paint: { 'background-color': palette.ground } },
    ...terrain,
    { id: 'water', type: 'fill', source: 'water', paint: { 'fill-color': palette.water } },
    {
      id: 'neighbours',
      type: 'line',
      source: 'neighbours',
      paint: {
        'line-color': palette.neighbour,
        'line-width': 1,
        'line-opacity': 0.7,
        'line-dasharray': [5, 3],
      },
    },
  ];
}
