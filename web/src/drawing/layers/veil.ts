// Which ground is watched, pixel by pixel, and from which height on does one tower see it? Pictures that the centre draws.
import type { Map as MapLibreMap, RasterTileSource } from 'maplibre-gl';

/** Ground of a case as it was at a version; a new version is drawn over the old one, so that nothing flickers. */
export interface VeilTiles {
  readonly case: string;
  readonly version: number;
  /** Side of a computed cell, metres: pictures finer than that would tell nothing more. */
  readonly cell_m: number;
}

export interface HeightTiles extends VeilTiles {
  readonly tower_id: string;
}

const TILE_PX = 256;
const EQUATOR_M = 40_075_016.7;
// the veil covers what lies under it and is covered by what stands on the ground
const UNDER = 'band';
const VEIL_OPACITY = 0.85;
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

/** The first zoom at which one pixel of a picture is no larger than a cell at a latitude. */
export function finestZoom(cell_m: number, lat: number): number {
  const across_m = EQUATOR_M * Math.cos((lat * Math.PI) / 180);
  return Math.min(15, Math.max(0, Math.ceil(Math.log2(across_m / (TILE_PX * cell_m)))));
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
  const lat = (bounds[1] + bounds[3]) / 2;
  let veil: VeilTiles | null = null;
  let heights: HeightTiles | null = null;
  let dimmed = false;

  const remove = (id: string): void => {
    if (map.getLayer(id) !== undefined) map.removeLayer(id);
    if (map.getSource(id) !== undefined) map.removeSource(id);
  };
  const add = (id: string, url: string, cell_m: number, opacity: number): void => {
    map.addSource(id, {
      ...{ type: 'raster', tiles: [url], tileSize: TILE_PX, bounds },
      maxzoom: finestZoom(cell_m, lat),
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
      if (before !== null && before.case === next.case && before.cell_m === next.cell_m) {
        if (before.version === next.version) return;
        map.getSource<RasterTileSource>('veil')?.setTiles([veilUrl(base, next)]);
        return;
      }
      remove('veil');
      add('veil', veilUrl(base, next), next.cell_m, opacity());
    },
    setHeights: (next) => {
      if (next !== null && heights !== null && heightsUrl(base, next) === heightsUrl(base, heights)) return;
      heights = next;
      remove('heights');
      if (next !== null) add('heights', heightsUrl(base, next), next.cell_m, VEIL_OPACITY);
      showOpacity();
    },
    dim: (next) => {
      dimmed = next;
      showOpacity();
    },
  };
}
