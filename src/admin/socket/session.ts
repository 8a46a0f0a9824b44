import { reportFault } from '../../base/fault.js';
import type { CliOutput, CliSession } from '../../core/cli.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import { answerPieces } from './interpreter.js';
import { Output } from './output.js';
import { announcesPayload, takeLine } from './words.js';

/** What a session needs beside its connection. */
export interface SessionEnvironment {
  /** Carries out one line. */
  execute(session: CliSession, line: string, payload: string | undefined): CliOutput;
  /** Longest command with its payload, bytes (`tune.bufsize`). */
  readonly limit: number;
  /** Milliseconds since the start of the process, for `prompt timed`. */
  uptime(): number;
  onEnd(session: SocketSession): void;
  /** What stands behind an answer; default: an empty line, and `> ` where a prompt is wanted. */
  prompt?(session: CliSession): string;
}

/**
 * One client of a runtime socket (management manual 9.3): lines come in, answers go out, one after the other. Without a
 * prompt the connection closes when all that came is answered.
 */
export class SocketSession implements TransportOwner {
  #input = '';
  /** The command that a payload belongs to, and the payload's lines so far. */
  #command: string | undefined = undefined;
  #lines: string[] = [];
  #gathered = 0;
  #output: Output | undefined = undefined;
  #ended = false;
  #closing = false;
  #timer: NodeJS.Timeout | undefined = undefined;
  #processing = false;

  constructor(
    readonly transport: Transport,
    readonly state: CliSession,
    private readonly environment: SessionEnvironment,
  ) {
    transport.owner = this;
    this.#live();
    transport.start();
  }

  /** Begins the silence anew. */
  #live(): void {
    clearTimeout(this.#timer);
    if (this.state.timeout > 0) this.#timer = setTimeout(() => this.transport.destroy(), this.state.timeout).unref();
  }

  onConnect(): void {}

  onData(buffer: Buffer, length: number): void {
    this.#live();
    if (this.#closing) return;
    // Whatever is typed ends an answer that waits for events, and is not looked at (management manual 9.3 `show events`).
    if (this.#output?.interrupt() === true) return;
    this.#input += buffer.latin1Slice(0, length);
    this.#process();
    // What waits behind a running answer stays in the kernel.
    if (this.#output !== undefined && this.#input.length > this.environment.limit) this.transport.pause();
  }

  onEnd(): void {
    this.#ended = true;
    this.#process();
  }

  onDrain(): void {
    this.#live();
    this.#output?.pump();
  }

  onClose(): void {
    clearTimeout(this.#timer);
    this.#closing = true;
    this.#output?.cancel();
    this.#output = undefined;
    this.environment.onEnd(this);
  }

  /** Answers lines as long as there are some and nothing is being answered. */
  #process(): void {
    if (this.#processing) return; // an answer that was ready at once came back here
    this.#processing = true;
    while (this.#output === undefined && !this.#closing) {
      const line = takeLine(this.#input, this.#command !== undefined);
      // A command with its payload must fit into the buffer: longer ones nobody answers.
      if ((line?.length ?? this.#input.length) + this.#gathered > this.environment.limit) this.transport.destroy();
      if (line === undefined || this.transport.closed) break;
      this.#input = this.#input.slice(line.length);
      this.#line(line.text);
    }
    this.#processing = false;
    if (this.#ended && this.#output === undefined) this.#close();
  }

  #line(text: string): void {
    if (this.#command === undefined) {
      if (!announcesPayload(text)) return this.#run(text, undefined);
      this.#command = text;
      this.#gathered = text.length;
      return this.#askForMore();
    }
    if (text !== '') {
      this.#lines.push(text);
      this.#gathered += text.length + 1;
      return this.#askForMore();
    }
    // A payload without lines is the line that ends it.
    const payload = this.#lines.length === 0 ? '\n' : this.#lines.join('\n');
    const command = this.#command;
    this.#command = undefined;
    this.#lines = [];
    this.#gathered = 0;
    this.#run(command, payload);
  }

  #askForMore(): void {
    if (this.state.prompt) this.transport.writeLatin1('+ ');
  }

  #run(line: string, payload: string | undefined): void {
    let answer: CliOutput;
    try {
      answer = this.environment.execute(this.state, line, payload);
    } catch (error) {
      reportFault('a runtime command', error);
      answer = undefined;
    }
    this.#live();
    const output = new Output(answerPieces(answer, this.state.severityOutput), this.transport, () => this.#answered());
    this.#output = output;
    output.pump();
  }

  #answered(): void {
    this.#output = undefined;
    if (this.#closing) return;
    if (this.state.leaving) return this.#close();
    this.transport.writeLatin1(this.#prompt());
    // Only what is there already is answered without a prompt.
    if (!this.state.interactive && this.#input === '') return this.#close();
    this.transport.resume();
    this.#process();
  }

  #prompt(): string {
    if (this.environment.prompt !== undefined) return this.environment.prompt(this.state);
    if (!this.state.prompt) return '\n';
    return this.state.timed ? `\n[${timeText(this.environment.uptime())}]> ` : '\n> ';
  }

  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.transport.end();
  }

  /** Ends the session now: the process stops. */
  abort(): void {
    this.transport.destroy();
  }
}

/** Days, hours, minutes and seconds: `1:02:03:04`, as 3.x shows them. */
function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 86_400)}:${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
