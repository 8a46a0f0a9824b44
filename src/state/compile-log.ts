import type { Word } from '../config/cursor.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import type { ProxyModel } from '../config/model.js';
import type { StreamContext } from '../core/stream.js';
import { Checkpoint } from '../language/checkpoint.js';
import { compileFormat, type FormatOptions } from '../language/log-format/compile.js';
import { CLF_LOG_FORMAT, HTTP_LOG_FORMAT, HTTPS_LOG_FORMAT, TCP_LOG_FORMAT } from '../language/log-format/defaults.js';
import type { ProxyScopes } from './environment.js';

type Format = (stream: StreamContext) => string;

/** The compiled formats of a proxy's log lines. */
export interface LogFormats {
  /** undefined = the default `Connect from` line. */
  readonly line: Format | undefined;
  /** `error-log-format`, for connections that never became a stream. */
  readonly errorLine: Format | undefined;
  readonly structured: Format | undefined;
  readonly uniqueId: Format | undefined;
  /** One of them shows %bi or %bp. */
  readonly mentionsBackendSource: boolean;
}

export function compileLogFormats(model: ProxyModel, scopes: ProxyScopes, diagnostics: Diagnostics): LogFormats {
  const lineScope = scopes.at(Checkpoint.Log);
  const options: FormatOptions = { target: 'log', early: model.options.logasap === true };
  // made when rules first ask for it, in a log line at the latest
  const idScope = scopes.at(Checkpoint.Log | Checkpoint.FrontendRequestHeader);
  const compile = (word: Word | undefined, use: FormatOptions, scope = lineScope): Format | undefined => {
    if (word === undefined) return undefined;
    try {
      return compileFormat(word, scope, use);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      diagnostics.alert(error.span ?? word.span, error.message, error.hint);
      return undefined;
    }
  };
  const line = lineFormat(model);
  return {
    line: compile(line, options),
    errorLine: compile(model.errorLogFormat, options),
    structured: compile(model.logFormatSd, options),
    uniqueId: compile(model.uniqueIdFormat, { target: 'header', mergeSpaces: true }, idScope),
    mentionsBackendSource: [line, model.errorLogFormat, model.logFormatSd].some((word) =>
      /%(\{[^}]*\})?b[ip]/.test(word?.text ?? ''),
    ),
  };
}

function lineFormat(model: ProxyModel): Word | undefined {
  const { logFormat } = model;
  if (logFormat === undefined) return undefined;
  switch (logFormat.kind) {
    case 'custom':
      return logFormat.word;
    case 'tcplog':
      return builtIn(TCP_LOG_FORMAT, model);
    case 'httplog':
      if (model.mode === 'tcp') return builtIn(TCP_LOG_FORMAT, model);
      return builtIn(logFormat.clf ? CLF_LOG_FORMAT : HTTP_LOG_FORMAT, model);
    case 'httpslog':
      return builtIn(HTTPS_LOG_FORMAT, model);
  }
}

function builtIn(text: string, model: ProxyModel): Word {
  return { text, span: model.span };
}
