/** Something with output that waits for the end of this turn of the event loop. */
export interface Flushable {
  flushNow(): void;
}

let waiting: Flushable[] = [];
let scheduled = false;

/** Once per turn: what many streams have for one connection leaves in one write. Each asks at most once per turn. */
export function flushSoon(connection: Flushable): void {
  waiting.push(connection);
  if (scheduled) return;
  scheduled = true;
  setImmediate(flushAll);
}

function flushAll(): void {
  const all = waiting;
  waiting = [];
  scheduled = false;
  for (const connection of all) connection.flushNow();
}
