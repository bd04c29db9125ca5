// Which server does the page talk to while it is being written? A made-up one, inside Vite.
import type { Plugin } from 'vite';

export function standIn(): Plugin {
  return { name: 'vallum-stand-in' };
}
