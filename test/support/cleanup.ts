import { afterAll } from 'vitest';

type Ending = () => void | Promise<void>;

const endings: Ending[] = [];

/** Runs `ending` when the test file is over, last registered first, whatever the tests did. */
export function atEnd(ending: Ending): void {
  endings.push(ending);
}

// One registration per test file: vitest evaluates this module anew for each.
afterAll(async () => {
  const failures: unknown[] = [];
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    try {
      await ending();
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
});
