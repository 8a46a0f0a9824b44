import { Reader, Writer } from './integers.js';

/** Names that both sides remember, so that each is sent once (peers.txt, "STD_T_DICT"). */
const SIZE = 128;

/** The names that were sent. */
export class SentNames {
  private readonly numbers = new Map<string, number>();
  private readonly names: string[] = [];
  private next = 0;

  /** The name, or its number where the peer knows it already. */
  write(out: Writer, name: string | undefined): void {
    if (name === undefined) {
      out.integer(0);
      return;
    }
    const field = new Writer();
    const known = this.numbers.get(name);
    if (known !== undefined) field.integer(known);
    else {
      const text = Buffer.from(name);
      field.integer(this.remember(name));
      field.integer(text.length);
      field.raw(text);
    }
    out.integer(field.length);
    out.raw(field.view());
  }

  /** Numbers and names, for those who look. */
  all(): Iterable<readonly [number, string]> {
    return [...this.numbers].map(([name, number]) => [number, name]);
  }

  private remember(name: string): number {
    const slot = this.next;
    this.next = (slot + 1) % SIZE;
    const old = this.names[slot];
    if (old !== undefined) this.numbers.delete(old);
    this.names[slot] = name;
    this.numbers.set(name, slot + 1);
    return slot + 1;
  }
}

/** The names that the peer has sent. */
export class ReceivedNames {
  private readonly names: (string | undefined)[] = [];

  /** Numbers and names, for those who look. */
  all(): Iterable<readonly [number, string]> {
    return this.names.flatMap((name, number) => (name === undefined ? [] : ([[number, name]] as const)));
  }

  /** @throws PeerProtocolError */
  read(from: Reader): string | undefined {
    const length = from.integer();
    if (length === 0) return undefined;
    const field = new Reader(from.raw(length));
    const number = field.integer();
    if (number < 1 || number > SIZE) return undefined;
    if (field.left > 0) this.names[number] = field.raw(field.integer()).toString();
    return this.names[number];
  }
}
