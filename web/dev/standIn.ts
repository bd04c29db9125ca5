// Which centre does the page talk to while it is being written? A made-up one inside Vite: `npm run dev:standin`.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin, ViteDevServer } from 'vite';
import { WebSocketServer, WebSocket } from 'ws';
import { anotherAlarm, card, command, Refused, TRUTH, type View } from './commands.ts';
import { encodeTracks } from './frames.ts';
import { beside, denseLine, frontier } from './ground.ts';
import { madeUpSight } from './sight.ts';
import { conditions, firstNight, iso, pulse, SPEED, START_MS, walk } from './night.ts';
import { thermalStill } from './still.ts';

const COOKIE = 'standin=1';
const FRAME_EVERY_MS = 500;
const ALARM_EVERY_MS = 45_000;
const SILENCE_EVERY_MS = 40_000;
/** The sensors of this tower fall silent and come back, so that lane and ground can be seen to change. */
const RESTLESS = 'T-06';

async function bodyOf(request: IncomingMessage): Promise<never> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf-8');
  return (text === '' ? {} : JSON.parse(text)) as never;
}

function play(server: ViteDevServer): void {
  const line = denseLine();
  const shape = frontier(line);
  const night = firstNight(line);
  const sight = madeUpSight(line, () => night.picture.sensors);
  const began_ms = Date.now();
  let over = false;
  const now_ms = (): number => START_MS + (Date.now() - began_ms) * SPEED;
  const sockets = new WebSocketServer({ noServer: true });

  const tell = (message: object | Buffer): void => {
    const data = Buffer.isBuffer(message) ? message : JSON.stringify(message);
    for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  const announce = (view: View, key: string, row: object): void => {
    tell({ kind: 'changed', view, key, row });
  };

  const live = (): void => {
    night.picture.watched = sight.lane('night-person').stretches;
  };
  function silence(): void {
    night.picture.sensors = night.picture.sensors.map((row) => {
      if (row.tower_id !== RESTLESS) return row;
      const state = row.state === 'live' ? ('dead' as const) : ('live' as const);
      const next = { ...row, state, state_since: iso(now_ms()) };
      announce('sensors', row.sensor_id, next);
      return next;
    });
    sight.version += 1;
    live();
    tell({ kind: 'watched', watched: night.picture.watched, version: sight.version });
  }
  live();

  sockets.on('connection', (socket) => {
    night.picture.pulse = pulse(night.picture, now_ms(), over);
    socket.send(JSON.stringify({ kind: 'picture', picture: night.picture }));
    socket.send(encodeTracks(night.picture.tracks, now_ms() / 1000, true));
  });
  server.httpServer?.on('upgrade', (request, socket, head) => {
    if (request.url !== '/api/live') return;
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened));
  });
  const timers = [
    setInterval(() => tell({ kind: 'pulse', pulse: pulse(night.picture, now_ms(), over) }), 1000),
    setInterval(() => {
      const moved = walk(night, (FRAME_EVERY_MS / 1000) * SPEED, now_ms());
      tell(encodeTracks(moved, now_ms() / 1000, false));
    }, FRAME_EVERY_MS),
    setInterval(() => {
      if (!over && night.picture.alarms.length < 12) anotherAlarm(night, now_ms(), announce);
    }, ALARM_EVERY_MS),
    setInterval(silence, SILENCE_EVERY_MS),
  ];
  server.httpServer?.on('close', () => timers.forEach(clearInterval));

  /** What is asked of sight; null for anything else. */
  function answerSight(path: string, query: URLSearchParams): object | Buffer | null {
    const asked = query.get('case') ?? '';
    if (path === '/api/sight') return sight.shape();
    if (path === '/api/sight/lane') return sight.lane(asked);
    if (path === '/api/sight/at') {
      return sight.seenAt(Number(query.get('lon')), Number(query.get('lat')), asked);
    }
    if (path === '/api/sight/profile') return sight.profile(query);
    const veil = /^\/api\/sight\/tiles\/([^/]+)\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path);
    if (veil !== null) return sight.veilTile(veil[1]!, Number(veil[2]), Number(veil[3]), Number(veil[4]));
    const one = /^\/api\/sight\/towers\/([^/]+)\/tiles\/[^/]+\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path);
    if (one !== null) return sight.heightTile(one[1]!, Number(one[2]), Number(one[3]), Number(one[4]));
    return null;
  }

  function placeSaid(text: string): object {
    const [, km] = /^(?:km)?\s*(\d+(?:\.\d+)?)$/i.exec(text.trim()) ?? [];
    const [, lat, lon] = /^(-?\d+\.\d+)[\s,]+(-?\d+\.\d+)$/.exec(text.trim()) ?? [];
    if (km === undefined && lat === undefined) {
      throw new Refused(
        422,
        `"${text}" is no place: write latitude and longitude, or a chainage such as km 149.2.`,
      );
    }
    const at = km === undefined ? { lon: Number(lon), lat: Number(lat) } : beside(line, Number(km) * 1000, 0);
    const { chainage_m, offset_m } = sight.seenAt(at.lon, at.lat, 'night-person');
    return {
      ...{ ...at, chainage_m, offset_m, side: 'uncertain band', mgrs: '37S FV 12345 67890', utm: null },
      ...{ latlon: `${at.lat.toFixed(5)}, ${at.lon.toFixed(5)}`, chainage: `km ${km ?? '?'}` },
    };
  }

  function answerGet(path: string, query: URLSearchParams): object | Buffer {
    const seen = answerSight(path, query);
    if (seen !== null) return seen;
    if (path === '/api/place') return placeSaid(query.get('text') ?? '');
    if (path === '/api/me') {
      const may = ['see', 'acknowledge', 'shelve', 'close', 'open_incident', 'update_incident', 'task'];
      return {
        name: 'S. Watch',
        roles: ['watch officer'],
        party: 'national-guard',
        may: [...may, 'answer_task', 'log', 'look', 'state_weather'],
      };
    }
    if (path === '/api/frontier') return shape;
    if (path === '/api/picture') return night.picture;
    if (path === '/api/tracks') return night.picture.tracks;
    if (path === '/api/truth' && over) return TRUTH;
    if (path.startsWith('/api/stills/')) return thermalStill(3, 7);
    const [, , thing, id] = path.split('/');
    if (thing === 'alarms' && id !== undefined) return card(night, id);
    const track = night.picture.tracks.find((one) => thing === 'tracks' && String(one.track) === id);
    if (track !== undefined) {
      const ago = (i: number): string => iso(now_ms() - i * 60_000);
      const back = [6, 5, 4, 3, 2, 1];
      return {
        track,
        history: back.map((i) => ({ at: ago(i), lon: track.lon - i * 0.0008, lat: track.lat })),
      };
    }
    throw new Refused(404, `There is nothing at ${path}.`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', search] = (request.url ?? '').split('?');
    const query = new URLSearchParams(search);
    let body: object | Buffer;
    try {
      if (path === '/api/enter') {
        response.setHeader('Set-Cookie', `${COOKIE}; Path=/; SameSite=Strict`);
        body = answerGet('/api/me', query);
      } else if (!(request.headers.cookie ?? '').includes(COOKIE)) {
        throw new Refused(401, 'You are not signed in.');
      } else if (path === '/api/leave') {
        response.setHeader('Set-Cookie', 'standin=; Path=/; Max-Age=0');
        body = {};
      } else if (path === '/api/night/end') {
        over = true;
        body = {};
      } else if (path === '/api/weather') {
        const { weather, valid_until } = (await bodyOf(request)) as { weather: string; valid_until: string };
        Object.assign(conditions, {
          weather,
          weather_valid_until: valid_until,
          weather_stated_by: 'S. Watch',
        });
        body = {};
      } else if (path === '/api/sight/try') {
        body = sight.attempt(await bodyOf(request));
      } else if (request.method === 'POST') {
        body = command(night, path, await bodyOf(request), now_ms(), announce);
      } else {
        body = answerGet(path, query);
      }
    } catch (error) {
      response.statusCode = error instanceof Refused ? error.status : 500;
      body = { detail: error instanceof Error ? error.message : String(error) };
    }
    response.setHeader('Content-Type', Buffer.isBuffer(body) ? 'image/png' : 'application/json');
    response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }

  server.middlewares.use((request, response, next) => {
    if ((request.url ?? '').startsWith('/api/')) void answer(request, response);
    else next();
  });
}

/** Answer /api from made-up rows; any sign-in token of eight letters or more is let in. */
export function standIn(): Plugin {
  return { name: 'vallum-stand-in', configureServer: play };
}
