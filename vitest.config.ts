import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { TSPROXY_VERSION: JSON.stringify('test') },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
