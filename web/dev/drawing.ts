// How does the drawing look by itself? Open /dev/drawing.html?language=ar&select=alarm:A-0001 with the stand-in running.
import '@fontsource/noto-sans/400.css';
import '@fontsource/noto-sans/500.css';
import '@fontsource/noto-sans/600.css';
import '@fontsource/noto-sans-arabic/400.css';
import type { components } from '../src/api/schema.gen';
import { indexLine } from '../src/drawing/chainage';
import { createMap } from '../src/drawing/map';
import { createRibbon } from '../src/drawing/ribbon';
import type { DrawingWords, Frontier, Language, Range, Selection, TrackFocus } from '../src/drawing/scene';
import { createTimeBar } from '../src/drawing/timebar';
import { decodeFrame, TrackCloud } from '../src/drawing/trackcloud';

type Picture = components['schemas']['Picture'];

const asked = new URLSearchParams(location.search);
const language = (asked.get('language') ?? 'en') as Language;
document.documentElement.dir = language === 'en' ? 'ltr' : 'rtl';

const ENGLISH: DrawingWords = {
  responsible: 'Responsible',
  obstacles: 'Obstacles',
  watched: 'Watched',
  held: 'Held',
  alarms: 'Alarms',
  tracks: 'Tracks',
  units: 'Units',
  time: 'Noon to noon',
  kilometre: 'km',
  map: 'Map',
  mapUnavailable: 'The map cannot be drawn here (no WebGL 2). Lists, ribbon and tables work without it.',
  simulated: 'simulated',
  legend: 'Legend',
  line: 'line',
  uncertain: 'the line lies within this band',
  trench: 'trench',
  berm: 'berm',
  wire: 'wire',
  wall: 'wall',
  lighting: 'lighting',
  patrolRoad: 'patrol road',
  built: 'built',
  underWay: 'under way',
  planned: 'planned',
  degraded: 'degraded',
  notWatched: 'not watched',
  surelyWatched: 'surely watched',
  uncertainWatched: 'uncertain: error of the ground decides',
  lostGround: 'not watched any more',
  unwatchedGround: 'not watched',
  assumed: 'dashed edge: assumed, not walk-tested',
  heights: 'Lowest height seen from',
  heightSteps: ['the ground itself', 'up to 0.5 m', 'up to 1 m', 'up to 2 m', 'up to 5 m'],
  heightsHidden: 'higher, or out of reach',
  tower: 'tower',
  groundSensor: 'ground sensor',
  person: 'person on foot',
  vehicle: 'vehicle',
  animal: 'animal',
  unknown: 'unknown',
  forecastToCross: 'expected at the line',
  unit: 'unit',
  crossing: 'crossing point',
  alarmsOffMap: (count, kilometres) => `${count} alarms at km ${kilometres}`,
};
const ARABIC: DrawingWords = {
  ...ENGLISH,
  responsible: 'المسؤول',
  obstacles: 'العوائق',
  watched: 'مراقَب',
  alarms: 'الإنذارات',
  tracks: 'المسارات',
  units: 'الوحدات',
  time: 'من الظهر إلى الظهر',
  kilometre: 'كم',
  simulated: 'محاكاة',
  legend: 'مفتاح الرموز',
};
const words = language === 'en' ? ENGLISH : ARABIC;

async function get<Body>(path: string): Promise<Body> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return (await response.json()) as Body;
}

await fetch('/api/enter', { method: 'POST', body: JSON.stringify({ token: 'to look at the drawing' }) });
const frontier = await get<Frontier>('/api/frontier');
const picture = await get<Picture>('/api/picture');
const line = indexLine(frontier.line, frontier.home_side);
const cloud = new TrackCloud();

let selection = readSelection(asked.get('select'));
let range = readRange(asked.get('range'));
let hover_m: number | null = null;

const map = createMap(document.getElementById('map') as HTMLElement, frontier, {
  ...{ language, words, range, simulated: true, paused: asked.has('paused') },
  onSelect: select,
  onHover: hover,
  onRest: () => undefined,
  onPick: () => undefined,
  onCarry: () => undefined,
  onReady: () => {
    Object.assign(window, { vallumReady: true });
  },
});
const ribbon = createRibbon(document.getElementById('ribbon') as HTMLCanvasElement, {
  ...{ language, words, onSelect: select, onHover: hover },
  onRange: (next) => {
    range = next;
    map.showRange(next);
    draw();
  },
});
const timeBar = createTimeBar(document.getElementById('time') as HTMLCanvasElement, {
  ...{ language, words, onSelect: select },
});

map.setSensors(picture.sensors);
map.setWatched(picture.watched);
map.setObstacles(picture.obstacles);
map.setUnits(picture.units);
map.setAlarms(picture.alarms);
select(selection);

const live = new WebSocket(`ws://${location.host}/api/live`);
live.binaryType = 'arraybuffer';
live.addEventListener('message', (event) => {
  if (!(event.data instanceof ArrayBuffer)) return;
  cloud.apply(decodeFrame(event.data));
  map.setTracks(cloud);
  draw();
});

function draw(): void {
  const { obstacles, watched, alarms, units, pulse } = picture;
  ribbon.draw({
    frontier,
    line,
    obstacles,
    watched: { stretches: watched, curve: null, watched_at: 0.5, trial: null },
    caseWords: null,
    holding: null,
    heldWords: null,
    alarms,
    tracks: cloud,
    units,
    selection,
    range,
    hover_m,
  });
  timeBar.draw({
    now_s: cloud.time_s === 0 ? Date.parse(pulse.now) / 1000 : cloud.time_s,
    zone: frontier.local_zone,
    sunset_s: seconds(pulse.sky.sunset),
    sunrise_s: seconds(pulse.sky.sunrise),
    alarms,
    selection,
  });
}

function select(next: Selection | null): void {
  selection = next;
  map.select(next);
  map.setFocus(focusOf(next));
  draw();
}

function focusOf(next: Selection | null): TrackFocus | null {
  const alarm = picture.alarms.find((row) => next?.kind === 'alarm' && row.alarm_id === next.id);
  const number = next?.kind === 'track' ? Number(next.id) : alarm?.track;
  const track = picture.tracks.find((row) => row.track === number);
  if (track === undefined) return null;
  const history = [6, 5, 4, 3, 2, 1].map(
    (step) => [track.lon - step * 0.004, track.lat - step * 0.0015] as const,
  );
  const said =
    language === 'en'
      ? ['persons on foot, 2–4', 'at the line 22:58–23:11, km 148.6–149.9']
      : ['أشخاص راجلون، \u20662–4\u2069', 'عند الخط \u206622:58–23:11\u2069، كم \u2066148.6–149.9\u2069'];
  return { track: track.track, history, forecast: track.forecast, words: said };
}

function hover(chainage_m: number | null): void {
  hover_m = chainage_m;
  map.setHover(chainage_m);
  draw();
}

function readSelection(text: string | null): Selection | null {
  const [kind, id] = text?.split(':') ?? [];
  return kind === undefined || id === undefined ? null : { kind: kind as Selection['kind'], id };
}

function readRange(text: string | null): Range | null {
  const [from_km, to_km] = text?.split('-').map(Number) ?? [];
  return from_km === undefined || to_km === undefined ? null : [from_km * 1000, to_km * 1000];
}

function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}
