import type { Timed } from '../base/timer-wheel.js';
import { timers } from '../base/timer-wheel.js';
import type { Transport, TransportOwner } from '../core/transport.js';

/** Connections held at a time: an attack takes no more descriptors than these. */
export const MOST_SILENT = 256;
/** How long one is held, in ms: few clients wait longer for an answer. */
export const LONGEST_SILENCE = 120_000;

/**
 * Connections dropped without a word (`silent-drop`, manual 4.2). HAProxy has the kernel forget them; Node.js closes
 * none without FIN or RST, so they are held, heard by nobody, and reset when their client leaves, when they have been
 * held long enough, or when newer ones need the room. The sessions are over and counted as such.
 */
export class Silence {
  /** The oldest comes first. */
  private readonly held = new Set<Held>();

  /** Takes a connection from its session. */
  hold(transport: Transport): void {
    const held = new Held(transport, this.held);
    this.held.add(held);
    transport.start();
    transport.resume();
    timers.arm(held, LONGEST_SILENCE);
    if (this.held.size <= MOST_SILENT) return;
    for (const oldest of this.held) {
      oldest.end();
      return;
    }
  }

  /** The process stops: connections would keep it alive. */
  end(): void {
    for (const each of this.held) each.end();
  }
}

class Held implements TransportOwner, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly all: Set<Held>,
  ) {
    transport.owner = this;
  }

  end(): void {
    this.transport.reset();
    this.onClose();
  }

  onTimeout(): void {
    this.end();
  }

  onEnd(): void {
    this.end();
  }

  onClose(): void {
    this.all.delete(this);
    timers.disarm(this);
  }

  // what it still sends is heard by nobody
  onData(): void {}
  onDrain(): void {}
  onConnect(): void {}
}
