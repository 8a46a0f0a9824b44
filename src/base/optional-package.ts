import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Optional packages do what Node.js itself cannot; everything else runs without them. */
export function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** @returns what the package exports, or undefined when it is not there or cannot run here */
export function optionalPackage(name: string): unknown {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}
