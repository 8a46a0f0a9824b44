import type { NameResolver } from '../../core/name-resolver.js';
import type { ToMain } from './messages.js';

/** Names for the rules of a thread: the main thread asks. */
export class RemoteNames implements NameResolver {
  private asked = 0;
  private readonly waiting = new Map<number, (address: string | undefined) => void>();

  constructor(private readonly tell: (message: ToMain) => void) {}

  resolve(section: string, name: string, family: 4 | 6, done: (address: string | undefined) => void): () => void {
    const number = ++this.asked;
    this.waiting.set(number, done);
    this.tell({ kind: 'resolve', number, section, name, family });
    return () => void this.waiting.delete(number);
  }

  answered(number: number, address: string | undefined): void {
    const done = this.waiting.get(number);
    this.waiting.delete(number);
    done?.(address);
  }
}
