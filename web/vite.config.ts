import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { standIn } from './dev/standIn.ts';

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === 'standin' ? [standIn()] : [])],
  base: '/',
  build: {
    outDir: '../src/vallum/webpage',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1400,
    rollupOptions: {
      // How long parts of the build take depends on the machine; that is no fault of the page.
      checks: { bundlerTimings: false },
      // A warning passes the build and fails in the browser, where nobody sees it until the night.
      onwarn(warning) {
        throw new Error(`The page build warns, and warnings are errors: ${warning.message}`);
      },
    },
  },
  server: {
    // The stand-in answers /api itself; otherwise a running `vallum serve` does.
    proxy: { ...(mode === 'standin' ? {} : { '/api': { target: 'http://127.0.0.1:8787', ws: true } }) },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
}));
