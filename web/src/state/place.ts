// What is known of a place while somebody writes it?
import type { Schemas } from '../api/client';

/** Nothing written, being looked up, a place, or no place. */
export type PlaceRead =
  | { state: 'empty' | 'asking' }
  | { state: 'place'; place: Schemas['PlaceShape'] }
  | { state: 'unread'; reason: string };
