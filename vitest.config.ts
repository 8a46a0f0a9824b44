import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { TSPROXY_VERSION: JSON.stringify('test') },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // most of the time goes by in waiting for other programs: one file at a time leaves the machine idle
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
