import { HttpStream } from './stream.js';

/** Streams between uses, of all connections of the thread. */
const spare: HttpStream[] = [];

export function takeStream(): HttpStream {
  return spare.pop() ?? new HttpStream();
}

/** Its exchange is over, and nobody holds it any more. */
export function releaseStream(stream: HttpStream): void {
  spare.push(stream);
}
