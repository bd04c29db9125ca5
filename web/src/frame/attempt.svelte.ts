// How far is a command that was sent: on its way, done, or refused with words?
import type { Desk } from '../state/desk.svelte';

export class Attempt {
  busy = $state(false);
  done = $state('');
  problem = $state('');
  /** Why a key did nothing: nothing was sent. */
  refused = $state('');
  private running: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly desk: Desk) {}

  /** Send a command; true if it was done. A second press while one is on its way does nothing. */
  async make(command: () => Promise<string>): Promise<boolean> {
    if (this.busy) return false;
    this.running = this.send(command);
    return this.running;
  }

  /** Wait until nothing is on its way; true if the last command was done. */
  idle(): Promise<boolean> {
    return this.running;
  }

  private async send(command: () => Promise<string>): Promise<boolean> {
    this.busy = true;
    this.done = '';
    this.problem = '';
    this.refused = '';
    try {
      this.done = await command();
      return true;
    } catch (error) {
      this.problem = this.desk.words(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
