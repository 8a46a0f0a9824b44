/** Waits `ms` milliseconds; for pacing, never for "it should be done by now". */
export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

/**
 * Asks again and again until the answer is neither undefined nor false.
 * @param what named in the error
 * @param ms deadline; generous, because it only matters where something is broken
 * @throws Error after the deadline, with the last exception of `ask` when it threw
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 10_000,
): Promise<T> {
  const end = performance.now() + ms;
  let trouble: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`, { cause: trouble });
    await pause(5);
  }
}
