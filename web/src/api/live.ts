// What is happening now: the live socket, which comes back by itself when it was lost.
import type { Schemas } from './client';

export type LiveMessage =
  Schemas['PictureMessage'] | Schemas['ChangedMessage'] | Schemas['PulseMessage'] | Schemas['WatchedMessage'];

export type LinkState = 'connecting' | 'live' | 'lost';

export interface LiveHandlers {
  onMessage(message: LiveMessage): void;
  /** A binary track frame and when it arrived (performance.now(), ms). */
  onFrame(frame: ArrayBuffer, arrivedMs: number): void;
  onState(state: LinkState): void;
  /** The centre closed the socket because nobody is signed in any more. */
  onSignedOut(): void;
}

// RFC 6455 policy violation: the centre uses it for a session that ended.
const SIGNED_OUT = 1008;
// The pulse comes each second; a socket that says nothing for this long is taken as lost.
export const SILENCE_MS = 6000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** How long to wait before the given try (0 is the first): doubled each time, up to eight seconds. */
export function waitBeforeTry(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
}

/** Open the live socket and keep it open. Returns a function that closes it for good. */
export function openLive(url: string, handlers: LiveHandlers): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let ended = false;
  let heardMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    if (ended) return;
    const opened = new WebSocket(url);
    socket = opened;
    opened.binaryType = 'arraybuffer';
    heardMs = performance.now();
    opened.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      const arrivedMs = performance.now();
      heardMs = arrivedMs;
      if (typeof event.data !== 'string') {
        handlers.onFrame(event.data, arrivedMs);
        return;
      }
      const message = JSON.parse(event.data) as LiveMessage;
      handlers.onMessage(message);
      if (message.kind === 'picture') {
        attempt = 0;
        handlers.onState('live');
      }
    };
    opened.onclose = (event) => {
      // A socket given up for its silence may close long after its successor opened.
      if (ended || opened !== socket) return;
      if (event.code === SIGNED_OUT) handlers.onSignedOut();
      else lost();
    };
  }

  function lost(): void {
    const left = socket;
    socket = null;
    left?.close();
    handlers.onState('lost');
    timer = setTimeout(connect, waitBeforeTry(attempt++));
  }

  const watchdog = setInterval(() => {
    if (socket !== null && performance.now() - heardMs > SILENCE_MS) lost();
  }, 1000);

  handlers.onState('connecting');
  connect();
  return () => {
    ended = true;
    clearInterval(watchdog);
    clearTimeout(timer);
    socket?.close();
  };
}
