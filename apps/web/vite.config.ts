import { defineConfig } from 'vite';

/** Files of their own for scripts and styles, so that the page needs no inline anything; names carry a hash. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@parley/source', 'module', 'browser', 'production'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
