import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { Word } from '../../config/cursor.js';
import { FileProblem } from './files.js';

const KEY = 'tsproxy: secret of session tickets';
/** Node's form: 16 bytes of name, 16 to sign and 16 to encrypt with. */
const LENGTH = 48;

/**
 * Keys of session tickets, the same in all threads of this process, which inherit the secret from the one that read the
 * configuration first: a client comes back to any of them.
 * @param what tells contexts apart: a ticket of one is none of another
 */
export function ticketKeysFor(what: string): Buffer {
  let secret: unknown = getEnvironmentData(KEY);
  if (typeof secret !== 'string') {
    secret = randomBytes(32).toString('latin1');
    setEnvironmentData(KEY, String(secret));
  }
  return Buffer.from(hkdfSync('sha256', Buffer.from(String(secret), 'latin1'), 'tickets', what, LENGTH));
}

/** Node's own context, as far as it is looked at before use. */
interface NativeContext {
  setTicketKeys?(keys: Buffer): void;
  /** OpenSSL asks for the keys of each ticket by `onticketkeycallback`. */
  enableTicketKeyCallback?(): void;
  onticketkeycallback?(name: Buffer, iv: Buffer, encrypt: boolean): TicketAnswer;
}

/** What to do with a ticket: 0 = it is not ours, 1 = as it should be, 2 = a fresh one is due; then the keys. */
type TicketAnswer = readonly [verdict: number, hmac: Buffer, aes: Buffer, name: Buffer, iv: Buffer];

const PART = 16;
/** HAProxy keeps so many: the one before the current one, the current one, and the one that comes next. */
const KEPT = 3;
const CURRENT = 1;

/** The keys of one `tls-ticket-keys` file (manual 5.1), the oldest first. The middle one encrypts, all decrypt. */
export class TicketKeys {
  keys: readonly Buffer[];
  #contexts: WeakRef<SecureContext>[] = [];

  constructor(
    readonly path: string,
    keys: readonly Buffer[],
  ) {
    this.keys = keys.slice(-KEPT);
  }

  /** Bytes of each. */
  get size(): number {
    return this.keys[0].length;
  }

  /** The next one: what was next encrypts from now on. */
  push(key: Buffer): void {
    this.keys = [...this.keys.slice(1), key];
    this.#contexts = this.#contexts.filter((each) => each.deref() !== undefined);
    for (const context of this.#contexts) {
      const native = context.deref()?.context as NativeContext | undefined;
      if (native !== undefined) this.#set(native);
    }
  }

  /** Tickets of this context are made with these keys. */
  use(context: SecureContext): void {
    const native = context.context as NativeContext;
    if (this.size === PART * KEPT && typeof native.enableTicketKeyCallback === 'function') {
      native.onticketkeycallback = (name, iv, encrypt) => this.#answer(name, iv, encrypt);
      native.enableTicketKeyCallback();
      return;
    }
    // Node does not encrypt tickets with 256 bits, and takes one key only
    this.#contexts.push(new WeakRef(context));
    this.#set(native);
  }

  #set(native: NativeContext): void {
    const [name, aes, hmac] = parts(this.keys[CURRENT]);
    native.setTicketKeys?.(Buffer.concat([name, hmac, aes]));
  }

  #answer(ticket: Buffer, iv: Buffer, encrypt: boolean): TicketAnswer {
    const found = encrypt ? CURRENT : this.keys.findIndex((key) => key.subarray(0, PART).equals(ticket));
    const [name, aes, hmac] = parts(this.keys[found < 0 ? CURRENT : found]);
    const verdict = found < 0 ? 0 : found === CURRENT ? 1 : 2;
    return [verdict, hmac, aes, name, encrypt ? randomBytes(PART) : iv];
  }
}

const parts = (key: Buffer): Buffer[] => [0, 1, 2].map((part) => key.subarray(part * PART, (part + 1) * PART));

/** The files in use. */
export class TicketKeyFiles {
  readonly #files: TicketKeys[] = [];

  /** @throws FileProblem */
  open(word: Word): TicketKeys {
    const known = this.#files.find(({ path }) => path === word.text);
    if (known !== undefined) return known;
    const keys = new TicketKeys(word.text, readTicketKeys(word));
    // HAProxy counts them from the last one
    this.#files.unshift(keys);
    return keys;
  }

  /** Their places are their numbers. */
  all(): readonly TicketKeys[] {
    return this.#files;
  }

  /** @param name a path, or `#` with a number */
  find(name: string): TicketKeys | undefined {
    return this.#files.find(({ path }, id) => path === name || `#${id}` === name);
  }
}

/** The keys of a `tls-ticket-keys` file. @throws FileProblem */
function readTicketKeys(word: Word): Buffer[] {
  let text: string;
  try {
    text = readFileSync(word.text, 'latin1');
  } catch {
    throw new FileProblem(`'${word.text}' : unable to load ssl tickets keys file`);
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, index) => {
      const key = Buffer.from(line, 'base64');
      if (key.length === 48 || key.length === 80) return key;
      throw new FileProblem(`'${word.text}' : unable to decode base64 key on line ${index + 1}`);
    });
  if (keys.length < 3) throw new FileProblem(`'${word.text}' : please supply at least 3 keys in the tls-tickets-file`);
  return keys;
}
