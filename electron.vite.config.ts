// Three builds: the main side (desktop shell, command line and the processes they start), the preload script, and the
// interface. Entry names are fixed, since processes and threads are started by file name (src/main/store/entry.ts).
import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'
import vue from '@vitejs/plugin-vue'

const main = (file: string) => resolve(import.meta.dirname, 'src/main', file)

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node24',
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          index: main('index.ts'),
          cli: main('cli.ts'),
          'engine-process': main('study/engine-process.ts'),
          'data-process': main('workbench/data-process.ts'),
          'training-worker': main('study/training-worker.ts'),
          'analysis-worker': main('study/analysis-worker.ts'),
          'inspect-worker': main('study/inspect-worker.ts'),
          'verify-worker': main('store/verify-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is loaded as CommonJS and can require nothing but 'electron'.
      externalizeDeps: { exclude: ['zod'] },
      rolldownOptions: {
        input: { preload: main('transport/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [vue()],
    build: {
      outDir: 'out/renderer',
      target: 'es2023',
      minify: true,
      // Files of their own: the content security policy allows no inlined data scripts.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: { input: resolve(import.meta.dirname, 'src/renderer/index.html') },
    },
  },
})
