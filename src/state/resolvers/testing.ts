import dns, { type Answer } from 'dns-packet';
import type { CheckClock } from '../../checks/timing.js';
import type { NameserverLink } from '../../protocol/dns/link.js';
import { readConfiguration } from '../../config/read.js';
import type { ResolversModel } from '../../config/model.js';
import type { OpenLink } from './nameserver.js';

/** Time that passes when it is told to. */
export class ManualClock implements CheckClock {
  #now = 1000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }
  seconds(): number {
    return Math.floor(this.#now / 1000);
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Lets `ms` milliseconds pass, and all that is due in them happen. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }
}

export interface Asked {
  readonly server: number;
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly receive: (bytes: Buffer) => void;
}

/** Name servers that answer when they are told to. */
export class ManualServers {
  readonly asked: Asked[] = [];
  #count = 0;

  readonly open: OpenLink = (_transport, _place, receive): NameserverLink => {
    const server = this.#count++;
    return {
      send: (bytes) => {
        const { id = 0, questions = [] } = dns.decode(bytes);
        this.asked.push({ server, id, name: questions[0].name, type: questions[0].type, receive });
      },
      close: () => undefined,
    };
  };

  /** Questions since the last call, as `A a.test`. */
  take(): string[] {
    return this.asked.splice(0).map(({ type, name }) => `${type} ${name}`);
  }

  /** Answers all questions there are. @param answer records, or an RCODE */
  answer(answer: readonly Answer[] | number, additionals: readonly Answer[] = []): string[] {
    const asked = [...this.asked];
    const said = this.take();
    for (const question of asked) reply(question, answer, additionals);
    return said;
  }
}

/** Answers one question. */
export function reply(asked: Asked, answer: readonly Answer[] | number, additionals: readonly Answer[] = []): void {
  asked.receive(
    dns.encode({
      type: 'response',
      id: asked.id,
      flags: typeof answer === 'number' ? answer : 0,
      questions: [{ name: asked.name, type: asked.type as 'A' }],
      answers: typeof answer === 'number' ? [] : [...answer],
      additionals: [...additionals],
    }),
  );
}

export const address = (name: string, ...addresses: string[]): Answer[] =>
  addresses.map((data) => ({ type: data.includes(':') ? 'AAAA' : 'A', name, data, ttl: 1 }));

/** A section with `lines`, and one name server unless they have others. */
export function resolversModel(lines = ''): ResolversModel {
  const servers = lines.includes('nameserver') ? '' : ' nameserver ns1 127.0.0.1:53\n';
  const text = `resolvers r\n${servers}${lines}\n`;
  const { model, diagnostics } = readConfiguration([{ path: 'x.cfg', text }], { env: {}, offline: false });
  if (diagnostics.alerts > 0) throw new Error(diagnostics.list[0].message);
  return model.resolvers[0];
}
