// What does each sign on the map mean?
import {
  drawAlarm,
  drawCrossing,
  drawGroundSensor,
  drawTower,
  drawTrack,
  drawUnit,
  hatch,
  OBSTACLE_DASH,
  type ObstacleLook,
} from './glyphs';
import { palette, withOpacity } from './palette';
import type { DrawingWords, Obstacle } from './scene';
import { paintProof } from './watchedlane';

type Swatch = (context: CanvasRenderingContext2D, width: number, height: number) => void;

const WIDTH = 26;
const HEIGHT = 14;

/** What there is to explain: the kinds of obstacle, and whether the ground itself is shown as watched. */
export interface Explained {
  readonly elements: ReadonlySet<Obstacle['element']>;
  readonly veil: boolean;
}

/** A folding list of signs and words; `open` says whether it starts unfolded. */
export function createLegend(words: DrawingWords, explained: Explained, open: boolean): HTMLDetailsElement {
  const legend = document.createElement('details');
  legend.open = open;
  legend.className = 'map-legend';
  const summary = document.createElement('summary');
  summary.textContent = words.legend;
  const list = document.createElement('ul');
  const signs = entries(words, explained);
  list.style.gridTemplateRows = `repeat(${Math.ceil(signs.length / 2)}, auto)`;
  for (const [text, swatch] of signs) {
    list.append(item(text, swatch));
  }
  legend.append(summary, list);
  return legend;
}

/** A small legend of its own: from which height on one tower sees the ground. */
export function createHeightsLegend(words: DrawingWords, tower_id: string): HTMLElement {
  const legend = document.createElement('section');
  legend.className = 'map-heights';
  const title = document.createElement('h2');
  title.append(words.heights, ' ');
  const tower = document.createElement('bdi');
  tower.textContent = tower_id;
  title.append(tower);
  const list = document.createElement('ul');
  words.heightSteps.forEach((text, step) => {
    const colour = palette.heights[step] ?? palette.background;
    list.append(item(text, filled(colour, 1)));
  });
  list.append(item(words.heightsHidden, nothing));
  legend.append(title, list);
  return legend;
}

function item(text: string, swatch: Swatch): HTMLLIElement {
  const made = document.createElement('li');
  const said = document.createElement('span');
  said.textContent = text;
  made.append(picture(swatch), said);
  return made;
}

function entries(words: DrawingWords, { elements, veil }: Explained): [string, Swatch][] {
  const centre = (glyph: (context: CanvasRenderingContext2D, x: number, y: number) => void): Swatch => {
    return (context, width, height) => glyph(context, width / 2, height / 2);
  };
  const names: Record<Obstacle['element'], string> = {
    trench: words.trench,
    berm: words.berm,
    wire: words.wire,
    wall: words.wall,
    lighting: words.lighting,
    patrol_road: words.patrolRoad,
  };
  const present = (Object.keys(names) as Obstacle['element'][]).filter((element) => elements.has(element));
  const named = present.map((element) => names[element]).join(' · ');
  return [
    [`${words.line} · ${words.uncertain}`, line],
    ...(named === '' ? [] : ([[`${named}: ${words.built}`, obstacle('built')]] satisfies [string, Swatch][])),
    [words.underWay, obstacle('under way')],
    [words.planned, obstacle('planned')],
    [words.degraded, obstacle('degraded')],
    ...(veil ? ground(words) : sectors(words)),
    [words.tower, centre((context, x, y) => drawTower(context, x, y, 5.5, true))],
    [words.groundSensor, centre((context, x, y) => drawGroundSensor(context, x, y, true))],
    [words.unit, centre((context, x, y) => drawUnit(context, x, y, 5.5, 'vehicle_patrol'))],
    [words.crossing, centre((context, x, y) => drawCrossing(context, x, y, 5))],
    [words.person, centre((context, x, y) => drawTrack(context, x, y, 5, 'person', palette.track))],
    [words.vehicle, centre((context, x, y) => drawTrack(context, x, y, 5, 'vehicle', palette.track))],
    [words.animal, centre((context, x, y) => drawTrack(context, x, y, 5, 'animal', palette.trackAnimal))],
    [words.unknown, centre((context, x, y) => drawTrack(context, x, y, 5, 'unknown', palette.track))],
    [
      words.forecastToCross,
      centre((context, x, y) => drawTrack(context, x, y, 6, 'person', palette.trackCrossing)),
    ],
    [words.alarms, alarms],
  ];
}

const line: Swatch = (context, width, height) => {
  context.fillStyle = withOpacity(palette.uncertainty, 0.3);
  context.fillRect(0, 1, width, height - 2);
  context.fillStyle = palette.line;
  context.fillRect(0, height / 2 - 1, width, 2);
};

const sectors = (words: DrawingWords): [string, Swatch][] => [
  [words.watched, filled(palette.watched, 0.45)],
  [words.notWatched, hatched(palette.hatch)],
];

const ground = (words: DrawingWords): [string, Swatch][] => [
  [words.surelyWatched, filled(palette.watched, 0.55)],
  [words.uncertainWatched, uncertain],
  [words.lostGround, hatched(palette.lost, true)],
  [words.unwatchedGround, nothing],
  [words.assumed, assumed],
];

function filled(colour: string, opacity: number): Swatch {
  return (context, width, height) => {
    context.fillStyle = withOpacity(colour, opacity);
    context.fillRect(0, 1, width, height - 2);
  };
}

function hatched(colour: string, falling = false): Swatch {
  return (context, width, height) => {
    hatch(context, 0, 1, width, height - 2, colour, 5, falling);
    context.strokeStyle = colour;
    context.strokeRect(0.5, 1.5, width - 1, height - 3);
  };
}

const uncertain: Swatch = (context, width, height) => {
  filled(palette.watched, 0.14)(context, width, height);
  hatch(context, 0, 1, width, height - 2, palette.watched, 5);
};

const nothing: Swatch = (context, width, height) => {
  context.strokeStyle = palette.faint;
  context.strokeRect(0.5, 1.5, width - 1, height - 3);
};

const assumed: Swatch = (context, width, height) => {
  filled(palette.watched, 0.42)(context, width, height);
  paintProof(context, { x: 0, y: 1, width, height: height - 2 }, true);
};

const alarms: Swatch = (context, width, height) => {
  drawAlarm(context, width * 0.28, height / 2, 6, 1, 'unacknowledged');
  drawAlarm(context, width * 0.76, height / 2, 5.5, 2, 'acknowledged');
};

function obstacle(look: ObstacleLook): Swatch {
  return (context, width, height) => {
    context.strokeStyle = look === 'degraded' ? palette.obstacleDegraded : palette.obstacle;
    context.lineWidth = 2;
    context.setLineDash([...OBSTACLE_DASH[look]]);
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
  };
}

function picture(swatch: Swatch): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const ratio = Math.max(1, window.devicePixelRatio);
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  canvas.style.width = `${WIDTH}px`;
  canvas.style.height = `${HEIGHT}px`;
  canvas.setAttribute('aria-hidden', 'true');
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.scale(ratio, ratio);
    swatch(context, WIDTH, HEIGHT);
  }
  return canvas;
}
