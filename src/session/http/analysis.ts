import type { ProxyModel } from '../../config/model.js';
import { Outcome } from '../../core/action.js';
import type { CompiledRule } from '../../core/action.js';
import { FE, LI } from '../../core/counters.js';
import type { HttpService } from '../../core/service.js';
import { pathWithQuery } from '../../language/http/target.js';
import { runRules } from '../../rules/run.js';
import type { Backend } from '../../state/backend.js';
import { countError, isTracking } from '../../rules/tracking.js';
import { tallyBackend } from '../tally.js';
import { captureRequest } from './capture.js';
import { restrictHeaderNames } from './header-names.js';
import { monitorReply } from './monitor.js';
import { beginPersistence, chooseDirectly, readCookies } from './persistence/request.js';
import { sendReply } from './reply.js';
import { failRules } from './rewriting.js';
import type { HttpStream } from './stream.js';
import { enterTarpit } from './tarpit.js';

/** The stations of a request before it is sent, in order; a wait resumes at the one that asked for it. */
export const enum RequestStep {
  Monitor,
  FrontContent,
  FrontRules,
  FrontServices,
  FrontLate,
  ChooseBackend,
  BackContent,
  BackRules,
  BackServices,
  BackLate,
  WaitBody,
  Direct,
  Ready,
}

/**
 * Runs the request through the rules of its frontend and its backend (manual 4.2 "http-request", 7 "use_backend").
 * @returns true when it is ready to be sent; false when it waits or was answered
 */
export function analyseRequest(stream: HttpStream): boolean {
  const { frontend } = stream;
  for (;;) {
    switch (stream.step as RequestStep) {
      case RequestStep.Monitor:
        if (frontend.monitorUri !== undefined && isMonitor(frontend.monitorUri, stream.request?.target ?? '')) {
          stream.log.level = MONITOR_LOG_LEVEL;
          sendReply(stream, monitorReply(stream), 'LR');
          return false;
        }
        if (frontend.persistent !== undefined) beginPersistence(stream, frontend.persistent);
        captureRequest(stream);
        if (waitsForBody(stream)) return false;
        break;
      case RequestStep.FrontContent:
        if (!run(stream, frontend.tcpContent)) return false;
        break;
      case RequestStep.FrontRules:
        if (!run(stream, frontend.httpRequest)) return false;
        if (!restrict(stream, frontend.model)) return false;
        break;
      case RequestStep.FrontServices:
        if (served(stream, frontend.services)) return false;
        break;
      case RequestStep.FrontLate:
        if (!run(stream, frontend.lateRequest)) return false;
        break;
      case RequestStep.ChooseBackend:
        if (!chooseBackend(stream)) return false;
        break;
      case RequestStep.BackContent:
        if (!run(stream, otherBackend(stream)?.tcpContent)) return false;
        break;
      case RequestStep.BackRules:
        if (!run(stream, otherBackend(stream)?.httpRequest)) return false;
        if (!restrict(stream, otherBackend(stream)?.model)) return false;
        break;
      case RequestStep.BackServices:
        if (served(stream, otherBackend(stream)?.services)) return false;
        break;
      case RequestStep.BackLate:
        if (!run(stream, otherBackend(stream)?.lateRequest)) return false;
        break;
      case RequestStep.WaitBody:
        if (waitsForBody(stream)) return false;
        break;
      case RequestStep.Direct:
        chooseDirectly(stream, stream.backend as Backend);
        break;
      case RequestStep.Ready:
        return true;
    }
    stream.step++;
    stream.rule.next = 0;
  }
}

/** A whole target, or the path and query of one in absolute form. */
function isMonitor(uri: string, target: string): boolean {
  return target === uri || pathWithQuery(target) === uri;
}

/** Requests to `monitor-uri` are not logged (manual 4.2). */
const MONITOR_LOG_LEVEL = 8;

/** `option http-buffer-request`: the body, or as much of it as fits a buffer, before any rule. */
function waitsForBody(stream: HttpStream): boolean {
  const model = stream.backend?.model ?? stream.frontend.model;
  if (model.options['http-buffer-request'] !== true || stream.requestBody.done) return false;
  if (stream.requestHeldBack || stream.bodyCut) return false;
  stream.buffering = true;
  stream.awaitBody();
  return true;
}

/** The backend, unless it is the other half of the same `listen`: its rules have then been run already. */
export function otherBackend(stream: HttpStream): Backend | undefined {
  const { backend } = stream;
  return backend === undefined || backend.model === stream.frontend.model ? undefined : backend;
}

/** @returns true to go on */
function restrict(stream: HttpStream, model: ProxyModel | undefined): boolean {
  if (restrictHeaderNames(stream, model?.restrictRequestHeaderNames)) return true;
  deny(stream);
  return false;
}

/** @returns true to go on with the next station */
function run(stream: HttpStream, rules: CompiledRule[] | undefined): boolean {
  if (rules === undefined || rules.length === 0) return true;
  const first = rules[stream.rule.next]?.action;
  const outcome = runRules(rules, stream, stream.rule);
  switch (outcome) {
    case Outcome.Continue:
    case Outcome.Stop:
      return true;
    case Outcome.Wait:
      if (rules[stream.rule.next].action === 'wait-for-body') stream.awaitBody();
      stream.waiting = true;
      return false;
    case Outcome.Deny:
      if (first === 'wait-for-body' && stream.bodyAwaited && stream.denyStatus === 408) tooSlow(stream);
      else deny(stream);
      return false;
    case Outcome.Done:
      stream.intercept();
      sendReply(stream, stream.reply ?? stream.errorReply(200), 'LR');
      return false;
    case Outcome.Abort:
      refuseSilently(stream);
      return false;
    case Outcome.Invalid:
      failRules(stream);
      return false;
  }
}

/** The body that a rule waited for did not come in time. */
function tooSlow(stream: HttpStream): void {
  stream.frontend.counters[FE.ereq]++;
  stream.client.listener.counters[LI.ereq]++;
  stream.timers.requestEnd = -1;
  stream.ending.fail('request-timeout');
}

function deny(stream: HttpStream): void {
  if (isTracking(stream)) countError(stream);
  stream.frontend.counters[FE.dreq]++;
  stream.client.listener.counters[LI.dreq]++;
  readCookies(stream, stream.backend ?? stream.frontend.persistent);
  if (stream.tarpit > 0) {
    enterTarpit(stream);
    return;
  }
  sendReply(stream, stream.reply ?? stream.errorReply(stream.denyStatus || 403), 'PR');
}

function refuseSilently(stream: HttpStream): void {
  stream.frontend.counters[FE.dreq]++;
  stream.log.termination = 'PR';
  stream.timers.requestEnd = -1;
  // contents are judged before HTTP is looked at: no request is logged
  if (stream.step === RequestStep.FrontContent) {
    stream.log.requestLine = '';
    stream.log.requestCaptures ??= [];
    stream.log.responseCaptures ??= [];
  }
  stream.closeClient = true;
  stream.ending.cut(true);
}

/** @returns true when one of the services answered, or waits for the body */
function served(stream: HttpStream, services: readonly HttpService[] | undefined): boolean {
  if (services === undefined) return false;
  for (const service of services) {
    if (!service.matches(stream)) continue;
    if (service.wantsBody(stream) && !stream.requestBody.done && !stream.requestHeldBack) {
      stream.waiting = true;
      return true;
    }
    stream.log.serverName = service.name;
    stream.intercept();
    sendReply(stream, service.answer(stream), 'LR');
    return true;
  }
  return false;
}

function chooseBackend(stream: HttpStream): boolean {
  const { frontend } = stream;
  let backend: Backend | undefined = undefined;
  for (const line of frontend.useBackends) {
    if (line.condition !== undefined && !line.condition(stream)) continue;
    backend = line.choose(stream);
    if (backend !== undefined) break;
  }
  backend ??= frontend.defaultBackend;
  if (backend === undefined) {
    stream.ending.fail('no-backend');
    return false;
  }
  stream.backend = backend;
  if (backend !== frontend.persistent && (backend.persistence ?? frontend.persistent) !== undefined)
    beginPersistence(stream, backend);
  tallyBackend(backend);
  return true;
}
