// Where do trench, berm and wire run beside the line, and how far is each?
import type { FeatureCollection } from 'geojson';
import type { FilterSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { stretch, type LineIndex } from '../chainage';
import { obstacleLook, OBSTACLE_DASH, type ObstacleLook } from '../glyphs';
import { palette } from '../palette';
import type { Obstacle, Selection } from '../scene';

// From the line outwards on the home side. Drawn apart by pixels, not by metres, so that each is seen at every scale.
const STRANDS: Record<Obstacle['element'], number> = {
  wire: 1,
  wall: 1,
  trench: 2,
  berm: 3,
  patrol_road: 4,
  lighting: 5,
};
const LOOKS: readonly ObstacleLook[] = ['planned', 'under way', 'built', 'degraded'];
const LINE_WIDTH_PX = 2;

/** Source of the obstacles, empty at first. */
export const obstacleSources: Record<string, SourceSpecification> = {
  obstacles: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
};

/** One layer for each look, and a wide one under them for the selected obstacle. */
export function obstacleLayers(homeSign: 1 | -1): LayerSpecification[] {
  const offset = (pixels: number): unknown => ['*', ['get', 'strand'], -homeSign * pixels];
  const beside = ['interpolate', ['linear'], ['zoom'], 5, offset(2.6), 9, offset(4), 13, offset(7)];
  const layers: LayerSpecification[] = LOOKS.map((look) => ({
    id: `obstacles-${look}`,
    type: 'line',
    source: 'obstacles',
    filter: ['==', ['get', 'look'], look],
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': look === 'degraded' ? palette.obstacleDegraded : palette.obstacle,
      'line-width': ['interpolate', ['linear'], ['zoom'], 5, 1.3, 9, LINE_WIDTH_PX],
      'line-opacity': look === 'planned' ? 0.6 : 1,
      'line-offset': beside as never,
      ...(look === 'built' ? {} : { 'line-dasharray': OBSTACLE_DASH[look].map((px) => px / LINE_WIDTH_PX) }),
    },
  }));
  const selected: LayerSpecification = {
    id: 'obstacles-selected',
    type: 'line',
    source: 'obstacles',
    filter: selectedObstacle(null),
    paint: {
      'line-color': palette.textStrong,
      'line-width': 5,
      'line-opacity': 0.55,
      'line-offset': beside as never,
    },
  };
  return [selected, ...layers];
}

/** Filter that leaves only the selected obstacle. */
export function selectedObstacle(selection: Selection | null): FilterSpecification {
  return ['==', ['get', 'obstacle_id'], selection?.kind === 'obstacle' ? selection.id : ''];
}

/** Obstacles as stretches of the line with their look and strand. */
export function obstacleFeatures(line: LineIndex, rows: readonly Obstacle[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: rows.map((row) => ({
      type: 'Feature',
      properties: {
        obstacle_id: row.obstacle_id,
        look: obstacleLook(row.state),
        strand: STRANDS[row.element],
      },
      geometry: {
        type: 'LineString',
        coordinates: stretch(line, [row.from_m, row.to_m]).map((position) => [...position]),
      },
    })),
  };
}
