// On which ground does the stand-in play? The packaged example's line and places, with made-up posts along it.
import { readFileSync } from 'node:fs';
import type { Schemas } from '../src/api/client.ts';

interface Feature {
  properties: Record<string, unknown>;
  geometry: { type: string; coordinates: never };
}
interface Collection {
  type: string;
  features: Feature[];
}

const EXAMPLE = new URL('../../src/vallum/examples/iraq_syria/', import.meta.url);
const EARTH_M = 6_371_008.8;

function read(name: string): Collection {
  return JSON.parse(readFileSync(new URL(`${name}.geojson`, EXAMPLE), 'utf-8')) as Collection;
}

export type LinePoint = Schemas['LinePoint'];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

function metresBetween(a: readonly [number, number], b: readonly [number, number]): number {
  const x = radians(b[0] - a[0]) * Math.cos(radians((a[1] + b[1]) / 2));
  return EARTH_M * Math.hypot(x, radians(b[1] - a[1]));
}

function bearing(a: readonly [number, number], b: readonly [number, number]): number {
  const x = (b[0] - a[0]) * Math.cos(radians((a[1] + b[1]) / 2));
  return ((Math.atan2(x, b[1] - a[1]) * 180) / Math.PI + 360) % 360;
}

/** The line with a point about every kilometre. Flat-earth chainage: good enough to look at, not to build by. */
export function denseLine(): LinePoint[] {
  const vertices = read('line').features[0]?.geometry.coordinates as unknown as [number, number][];
  const points: LinePoint[] = [];
  let chainage_m = 0;
  for (let i = 0; i + 1 < vertices.length; i++) {
    const a = vertices[i] as [number, number];
    const b = vertices[i + 1] as [number, number];
    const length = metresBetween(a, b);
    const steps = Math.max(1, Math.ceil(length / 1000));
    for (let s = 0; s < steps; s++) {
      const f = s / steps;
      points.push({
        lon: a[0] + f * (b[0] - a[0]),
        lat: a[1] + f * (b[1] - a[1]),
        chainage_m: chainage_m + f * length,
        bearing_deg: bearing(a, b),
      });
    }
    chainage_m += length;
  }
  const last = vertices[vertices.length - 1] as [number, number];
  points.push({ lon: last[0], lat: last[1], chainage_m, bearing_deg: points.at(-1)?.bearing_deg ?? 180 });
  return points;
}

/** A point beside the line; offset metres to the left of the way it runs, which is the home side here. */
export function beside(
  line: readonly LinePoint[],
  chainage_m: number,
  offset_m: number,
): { lon: number; lat: number } {
  let i = line.findIndex((point) => point.chainage_m > chainage_m);
  if (i < 1) i = i === 0 ? 1 : line.length - 1;
  const a = line[i - 1] as LinePoint;
  const b = line[i] as LinePoint;
  const f = (chainage_m - a.chainage_m) / Math.max(1, b.chainage_m - a.chainage_m);
  const towards = radians(a.bearing_deg - 90);
  const lat = a.lat + f * (b.lat - a.lat) + ((offset_m * Math.cos(towards)) / EARTH_M) * (180 / Math.PI);
  const lon =
    a.lon +
    f * (b.lon - a.lon) +
    ((offset_m * Math.sin(towards)) / (EARTH_M * Math.cos(radians(lat)))) * (180 / Math.PI);
  return { lon, lat };
}

const SECTIONS = 'ABCDEFG';

/** All that does not move. */
export function frontier(line: readonly LinePoint[]): Schemas['FrontierShape'] {
  const length = line.at(-1)?.chainage_m ?? 0;
  const ring = [
    ...line.map((point) => beside(line, point.chainage_m, 2000)),
    ...line.toReversed().map((point) => beside(line, point.chainage_m, -2000)),
  ].map(({ lon, lat }): [number, number] => [lon, lat]);
  const sections = [...SECTIONS].map((letter, i) => ({
    section_id: letter,
    name: `Section ${letter}`,
    from_m: (i * length) / 7,
    to_m: ((i + 1) * length) / 7,
  }));
  const names = (feature: Feature): Schemas['Names'] => ({
    en: String(feature.properties.name),
    ar: null,
    ckb: null,
  });
  const places = [...read('places').features, ...read('crossings').features].map((feature) => {
    const [lon, lat] = feature.geometry.coordinates as unknown as [number, number];
    const kind = feature.properties.kind === 'crossing' ? ('crossing' as const) : ('place' as const);
    const km = feature.properties.chainage_km;
    return { kind, names: names(feature), lon, lat, chainage_m: typeof km === 'number' ? km * 1000 : null };
  });
  return {
    name: 'iraq-syria',
    title: { en: 'Iraq–Syria', ar: 'العراق – سوريا', ckb: 'عێراق – سووریا' },
    this_side: { en: 'Iraq', ar: 'العراق', ckb: 'عێراق' },
    that_side: { en: 'Syria', ar: 'سوريا', ckb: 'سووریا' },
    notice: { en: 'not a legal boundary', ar: 'ليس حدًّا قانونيًّا', ckb: 'سنوورێکی یاسایی نییە' },
    scenario_note: 'Posts, sensors, units and what happens are invented; the line and the places are real.',
    line_version: 'natural-earth-10m',
    origin: 'Tigris tri-point',
    home_side: 'left',
    map_length_m: length,
    programme_element: 'trench',
    reported_length_m: 610_000,
    lateral_uncertainty_m: 2000,
    line: [...line],
    band: [...ring, ring[0] as [number, number]],
    sections,
    assignments: sections.map((section, i) => ({
      assignment_id: `first-${section.section_id}`,
      ...section,
      role: 'first_line' as const,
      party: i < 1 ? 'regional-guard' : 'national-guard',
      since: '2020-11-01',
      until: null,
      source: 'made up for the stand-in',
    })),
    parties: {
      'national-guard': { en: 'national guard', ar: 'الحرس الوطني', ckb: 'پاسەوانی نیشتمانی' },
      'regional-guard': { en: 'regional guard', ar: 'حرس الإقليم', ckb: 'پاسەوانی هەرێم' },
    },
    towers: Array.from({ length: 14 }, (_, i) => ({
      tower_id: `T-${String(i + 1).padStart(2, '0')}`,
      name: `Tower ${i + 1}`,
      ...beside(line, 60_000 + i * 13_000, 500),
      height_m: 18,
      party: 'national-guard',
      placement: 'invented',
      source: 'made up for the stand-in',
    })),
    places,
    lakes: read('lakes') as unknown as Record<string, unknown>,
    neighbours: read('neighbours') as unknown as Record<string, unknown>,
    terrain: null,
    attribution: ['Natural Earth', 'GeoNames (CC BY 4.0)'],
    local_zone: 'Asia/Baghdad',
  };
}
