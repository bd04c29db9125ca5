// What does a hand do on the map besides selecting: rest on a place, carry a tower, move it with the arrows?
import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from 'maplibre-gl';
import type { Pixel } from './layout';
import { nudged } from './nudge';
import type { Position } from './scene';

/** Where the pointer rests: on the ground, and in the map's box. */
export interface Rest {
  readonly lon: number;
  readonly lat: number;
  readonly at: Pixel;
}

/** A tower that can be carried, and where it is now. */
export interface Carried {
  readonly tower_id: string;
  readonly at: Position;
}

export interface MapToolHandlers {
  /** The tower under a pixel if towers can be carried now; null for none. */
  readonly towerAt: (at: Pixel) => Carried | null;
  /** The tower that the arrow keys move; null for none. */
  readonly tried: () => Carried | null;
  readonly onCarry: (tower_id: string, to: Position) => void;
  /** The pointer rests on a place, or has left it. */
  readonly onRest: (rest: Rest | null) => void;
  /** True where something lies that tells more on a click. */
  readonly occupied: (at: Pixel) => boolean;
}

const REST_MS = 500;
const STILL_PX = 6;
const CARRY_PX = 4;

/** Listen on a map; returns a function that stops it. */
export function createMapTools(map: MapLibreMap, handlers: MapToolHandlers): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restedAt: Pixel | null = null;
  let carried: (Carried & { readonly grip: Pixel; moving: boolean }) | null = null;

  const leave = (): void => {
    clearTimeout(timer);
    if (restedAt === null) return;
    restedAt = null;
    handlers.onRest(null);
  };
  const onMove = (event: MapMouseEvent): void => {
    if (carried !== null) return carry(event.point);
    if (restedAt !== null && apart(restedAt, event.point) < STILL_PX) return;
    leave();
    // a pressed button draws the map along
    if (event.originalEvent.buttons !== 0) return;
    const { point, lngLat } = event;
    timer = setTimeout(() => {
      if (handlers.occupied(point)) return;
      restedAt = point;
      handlers.onRest({ lon: lngLat.lng, lat: lngLat.lat, at: point });
    }, REST_MS);
  };
  const onPress = (event: MapMouseEvent | MapTouchEvent): void => {
    leave();
    if ('button' in event.originalEvent && event.originalEvent.button !== 0) return;
    const found = handlers.towerAt(event.point);
    if (found === null) return;
    // otherwise the map would move under the tower
    event.preventDefault();
    const { x, y } = map.project([found.at[0], found.at[1]]);
    carried = { ...found, grip: { x: event.point.x - x, y: event.point.y - y }, moving: false };
  };
  const carry = (point: Pixel): void => {
    if (carried === null) return;
    const { grip, tower_id, at } = carried;
    const to = { x: point.x - grip.x, y: point.y - grip.y };
    if (!carried.moving && apart(map.project([at[0], at[1]]), to) < CARRY_PX) return;
    carried.moving = true;
    const { lng, lat } = map.unproject([to.x, to.y]);
    handlers.onCarry(tower_id, [lng, lat]);
  };
  const letGo = (): void => {
    carried = null;
  };
  // What is tried is dropped by Escape: a button that is still down must not take it up again.
  const onEscape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') letGo();
  };
  const onTouchMove = (event: MapTouchEvent): void => {
    if (carried === null) return;
    event.preventDefault();
    carry(event.point);
  };
  const onKey = (event: KeyboardEvent): void => {
    const tried = handlers.tried();
    if (tried === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nudged(tried.at, event.key, event.shiftKey);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    handlers.onCarry(tried.tower_id, to);
  };

  const canvas = map.getCanvas();
  map.on('mousemove', onMove);
  map.on('mouseout', leave);
  map.on('movestart', leave);
  map.on('mousedown', onPress);
  map.on('touchstart', onPress);
  map.on('touchmove', onTouchMove);
  window.addEventListener('mouseup', letGo);
  window.addEventListener('touchend', letGo);
  window.addEventListener('keydown', onEscape, { capture: true });
  // before the map's own keys, which would move the map
  canvas.addEventListener('keydown', onKey, { capture: true });
  return () => {
    clearTimeout(timer);
    window.removeEventListener('mouseup', letGo);
    window.removeEventListener('touchend', letGo);
    window.removeEventListener('keydown', onEscape, { capture: true });
    canvas.removeEventListener('keydown', onKey, { capture: true });
  };
}

function apart(one: Pixel, other: Pixel): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
