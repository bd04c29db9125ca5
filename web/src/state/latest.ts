// How does a picture follow a hand that moves faster than the centre answers? One question at a time, the newest next.

/** Ask with the newest value; `forget` gives up what waits and ignores what is on its way. */
export interface Latest<Asked> {
  readonly ask: (asked: Asked) => void;
  readonly forget: () => void;
}

export interface LatestHandlers<Asked, Told> {
  readonly run: (asked: Asked) => Promise<Told>;
  readonly onTold: (told: Told, asked: Asked) => void;
  readonly onFailed: (error: unknown, asked: Asked) => void;
  /** True from the first question until nothing is on its way and nothing waits. */
  readonly onBusy?: (busy: boolean) => void;
}

/**
 * At most one question is on its way. Those asked meanwhile replace one another; only the newest is sent when the answer
 * has come. An answer is told even when a newer question waits: while a hand moves, the picture moves with it.
 */
export function latestWins<Asked, Told>(handlers: LatestHandlers<Asked, Told>): Latest<Asked> {
  let waiting: { readonly asked: Asked } | null = null;
  let running = false;
  // what was asked before the last `forget` is told to nobody
  let age = 0;

  async function go(): Promise<void> {
    running = true;
    handlers.onBusy?.(true);
    while (waiting !== null) {
      const { asked }: { readonly asked: Asked } = waiting;
      const born = age;
      waiting = null;
      try {
        const told = await handlers.run(asked);
        if (born === age) handlers.onTold(told, asked);
      } catch (error) {
        if (born === age) handlers.onFailed(error, asked);
      }
    }
    running = false;
    handlers.onBusy?.(false);
  }

  return {
    ask: (asked) => {
      waiting = { asked };
      if (!running) void go();
    },
    forget: () => {
      age += 1;
      waiting = null;
    },
  };
}
