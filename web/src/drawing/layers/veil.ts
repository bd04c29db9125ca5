// Which ground is watched, pixel by pixel, and from which height on does one tower see it? Pictures that the centre draws.
import type { Map as MapLibreMap, RasterTileSource } from 'maplibre-gl';

/** Ground of a case as it was at a version; a new version is drawn over the old one, so that nothing flickers. */
export interface VeilTiles {
  readonly case: string;
  readonly version: number;
}

export interface HeightTiles extends VeilTiles {
  readonly tower_id: string;
}

const TILE_PX = 256;
// The centre draws a picture of its own for every zoom, so that hatching is as wide on each.
const FINEST_ZOOM = 16;
// the veil covers what lies under it and is covered by what stands on the ground
const UNDER = 'band';
const VEIL_OPACITY = 0.85;
const HEIGHTS_OPACITY = 0.75;
const DIMMED = 0.3;

/** Address of the veil's pictures; {z}, {x} and {y} are filled in by the map. */
export function veilUrl(base: string, { case: name, version }: VeilTiles): string {
  return `${base}/api/sight/tiles/${encodeURIComponent(name)}/{z}/{x}/{y}.png?v=${version}`;
}

/** Address of the pictures of the lowest height that one tower sees. */
export function heightsUrl(base: string, { tower_id, case: name, version }: HeightTiles): string {
  const path = `${encodeURIComponent(tower_id)}/tiles/${encodeURIComponent(name)}`;
  return `${base}/api/sight/towers/${path}/{z}/{x}/{y}.png?v=${version}`;
}

/** West, south, east, north of the ground that is asked for, degrees. */
export type Bounds = [west: number, south: number, east: number, north: number];

export interface VeilLayers {
  readonly setVeil: (veil: VeilTiles | null) => void;
  readonly setHeights: (heights: HeightTiles | null) => void;
  /** Dim the veil while it does not tell what is asked: a trial, or one tower's own ground. */
  readonly dim: (dimmed: boolean) => void;
}

/** Put the pictures into a map whose style is loaded. */
export function createVeilLayers(map: MapLibreMap, bounds: Bounds): VeilLayers {
  const base = location.origin;
  let veil: VeilTiles | null = null;
  let heights: HeightTiles | null = null;
  let dimmed = false;

  const remove = (id: string): void => {
    if (map.getLayer(id) !== undefined) map.removeLayer(id);
    if (map.getSource(id) !== undefined) map.removeSource(id);
  };
  const add = (id: string, url: string, opacity: number): void => {
    map.addSource(id, {
      ...{ type: 'raster', tiles: [url], tileSize: TILE_PX, bounds },
      maxzoom: FINEST_ZOOM,
    });
    map.addLayer(
      {
        id,
        type: 'raster',
        source: id,
        paint: { 'raster-opacity': opacity, 'raster-fade-duration': 0, 'raster-resampling': 'linear' },
      },
      UNDER,
    );
  };
  const opacity = (): number => (dimmed || heights !== null ? DIMMED : VEIL_OPACITY);
  const showOpacity = (): void => {
    if (map.getLayer('veil') !== undefined) map.setPaintProperty('veil', 'raster-opacity', opacity());
  };

  return {
    setVeil: (next) => {
      const before = veil;
      veil = next;
      if (next === null) return remove('veil');
      if (before?.case === next.case) {
        if (before.version === next.version) return;
        map.getSource<RasterTileSource>('veil')?.setTiles([veilUrl(base, next)]);
        return;
      }
      remove('veil');
      add('veil', veilUrl(base, next), opacity());
    },
    setHeights: (next) => {
      if (next !== null && heights !== null && heightsUrl(base, next) === heightsUrl(base, heights)) return;
      heights = next;
      remove('heights');
      if (next !== null) add('heights', heightsUrl(base, next), HEIGHTS_OPACITY);
      showOpacity();
    },
    dim: (next) => {
      dimmed = next;
      showOpacity();
    },
  };
}
