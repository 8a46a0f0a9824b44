import { Outcome } from '../../core/action.js';
import type { CompiledRule } from '../../core/action.js';
import { runRules } from '../../rules/run.js';
import type { Backend } from '../../state/backend.js';
import { storeSticky } from '../../upstream/sticking.js';
import { captureResponse } from './capture.js';
import { writeCookies } from './persistence/response.js';
import { failRules } from './rewriting.js';
import type { HttpStream } from './stream.js';

/** The stations of a response before it is sent, in order. */
export const enum ResponseStep {
  Begin = 100,
  BackContent,
  Sticky,
  BackRules,
  BackLate,
  FrontRules,
  FrontLate,
  Cookies,
  BackAfter,
  FrontAfter,
  Ready,
}

/**
 * Runs the response through the rules, the backend's first (manual 4.2 "http-response", "http-after-response").
 * @returns true when it is ready to be sent; false when it waits or was replaced
 */
export function analyseResponse(stream: HttpStream): boolean {
  const backend = stream.backend as Backend;
  const { frontend } = stream;
  const other = backend.model === frontend.model ? undefined : frontend;
  if (stream.step < ResponseStep.Begin) {
    stream.step = ResponseStep.Begin;
    stream.rule.next = 0;
    captureResponse(stream);
  }
  for (;;) {
    switch (stream.step as ResponseStep) {
      case ResponseStep.Begin:
        break;
      case ResponseStep.BackContent:
        if (!run(stream, backend.tcpResponse)) return false;
        break;
      case ResponseStep.Sticky:
        if (backend.sticking !== undefined && stream.server !== undefined)
          storeSticky(stream.attempts, stream.server, backend.sticking, stream.sticky);
        break;
      case ResponseStep.BackRules:
        if (!run(stream, backend.httpResponse)) return false;
        break;
      case ResponseStep.BackLate:
        if (!run(stream, backend.lateResponse)) return false;
        break;
      case ResponseStep.FrontRules:
        if (!run(stream, other?.httpResponse)) return false;
        break;
      case ResponseStep.FrontLate:
        if (!run(stream, other?.lateResponse)) return false;
        break;
      case ResponseStep.Cookies:
        if ((backend.persistence ?? frontend.model.captureCookie) !== undefined && !writeCookies(stream, backend))
          return false;
        break;
      case ResponseStep.BackAfter:
        runAfter(stream, backend.httpAfterResponse);
        break;
      case ResponseStep.FrontAfter:
        runAfter(stream, other?.httpAfterResponse);
        break;
      case ResponseStep.Ready:
        return true;
    }
    stream.step++;
    stream.rule.next = 0;
  }
}

function run(stream: HttpStream, rules: CompiledRule[] | undefined): boolean {
  if (rules === undefined || rules.length === 0) return true;
  const first = rules[stream.rule.next]?.action;
  switch (runRules(rules, stream, stream.rule)) {
    case Outcome.Continue:
    case Outcome.Stop:
      return true;
    case Outcome.Wait:
      stream.waiting = true;
      return false;
    case Outcome.Deny:
      // the time that a rule gives the server to send its body
      if (first === 'wait-for-body' && stream.denyStatus === 504) stream.answer.late();
      else stream.ending.denyResponse();
      return false;
    case Outcome.Done:
      stream.ending.replaceResponse();
      return false;
    case Outcome.Abort:
      stream.log.termination = 'PH';
      stream.ending.cut();
      return false;
    case Outcome.Invalid:
      failRules(stream);
      return false;
  }
}

/** These rules can only edit; they also see the answers that the proxy makes itself. */
export function runAfter(stream: HttpStream, rules: CompiledRule[] | undefined): void {
  if (rules !== undefined && rules.length > 0) runRules(rules, stream, { next: 0 });
}
