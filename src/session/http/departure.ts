import { clock } from '../../base/clock.js';
import { tallyAbort } from '../tally.js';
import { Phase, PHASE_LETTER } from './phase.js';
import type { HttpStream } from './stream.js';
import { leaveTarpit } from './tarpit.js';

/** The client leaves, or falls silent, while a stream is at work for it. */

/** FIN from the client. @param complete its request had arrived completely: it may still wait for the answer */
export function clientEnded(stream: HttpStream, complete: boolean): void {
  const { answer, ending, phase } = stream;
  if (answer.complete) {
    stream.log.termination = 'CD';
    ending.finish();
    return;
  }
  if (phase === Phase.Feed) {
    stream.closeClient = true;
    stream.feed?.end();
    return;
  }
  if (complete && (phase >= Phase.Data || !abortOnClose(stream))) return;
  stream.closeClient = true;
  if (phase === Phase.Tarpit) leaveTarpit(stream);
  else if (phase === Phase.Request && stream.waiting && stream.bodyAwaited && !complete) {
    stream.bodyCut = true;
    stream.analyseBody();
  } else if (unheard(phase) || (!complete && !answer.started && phase > Phase.Tarpit)) clientGone(stream, '');
  else ending.fail('client-abort');
}

/** No server has heard of the request yet: it is dropped without an answer. */
const unheard = (phase: Phase): boolean => phase >= Phase.Queue && phase <= Phase.Connect;

function abortOnClose({ frontend, backend }: HttpStream): boolean {
  // the frontend's connection must report the close too: `option abortonclose` in a backend alone changes nothing
  return frontend.model.options.abortonclose === true && (backend ?? frontend).model.options.abortonclose === true;
}

/**
 * Without `option abortonclose` a complete request is served whatever its client does: the server may be at work on
 * it already, and is not disturbed (manual 4.2).
 */
export function outlivesClient(stream: HttpStream): boolean {
  const waits = stream.phase >= Phase.Tarpit && stream.phase <= Phase.Headers;
  return waits && stream.requestBody.done && !abortOnClose(stream);
}

/** The client's connection is gone; nothing can be sent any more. */
export function clientGone(stream: HttpStream, error: string): void {
  switch (stream.phase) {
    case Phase.Done:
      return;
    case Phase.Tunnel:
      if (error !== '') {
        stream.log.termination = 'CD';
        tallyAbort(stream, 'client');
      }
      stream.ending.finish();
      return;
    case Phase.Tarpit:
      leaveTarpit(stream);
      return;
    case Phase.Feed:
      // how such an answer always ends: nothing was cut
      stream.closeClient = true;
      stream.ending.finish();
      return;
    case Phase.Queue:
      stream.timers.queueEnd = clock.recent();
      break;
    default:
  }
  stream.log.termination = 'C' + (stream.phase === Phase.Headers ? 'D' : PHASE_LETTER[stream.phase]);
  stream.closeClient = true;
  tallyAbort(stream, 'client');
  stream.ending.finish();
}

export function clientTimedOut(stream: HttpStream): void {
  if (stream.buffering && stream.phase === Phase.Request) {
    stream.timers.requestEnd = -1;
    stream.ending.fail('request-timeout');
    return;
  }
  if (stream.answer.started) {
    stream.log.termination = 'cD';
    stream.closeClient = true;
    stream.ending.cut();
  } else stream.ending.fail('client-timeout');
}
