import { readFileSync, statSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import type { Word } from '../../config/cursor.js';
import { ConfigError, type Diagnostics, type Span } from '../../config/diagnostics.js';
import { parseExpression } from '../../config/expression.js';
import type { BindModel, ConfigModel, ProxyModel, ServerModel } from '../../config/model.js';
import type { StreamContext } from '../../core/stream.js';
import type { TlsAcceptor, TlsConnector } from '../../core/tls.js';
import { compileExpression } from '../../language/expression.js';
import type { Scope } from '../../language/scope.js';
import { timeOf } from '../../protocol/tls/certificate.js';
import { createTlsConnector } from '../../protocol/tls/client.js';
import { createTlsAcceptor, type ServerIdentity } from '../../protocol/tls/server.js';
import { createContext, type ContextNeeds, TlsProblem } from './context.js';
import { BindLine } from './bind-line.js';
import { CrtListProblem } from './crt-list.js';
import { CertificateLists } from './lists.js';
import { CertificateFiles, FileProblem, ocspProblemOf, type LoadedCertificate } from './files.js';
import { DEFAULT_KEPT, GeneratedCertificates, readSigningAuthority } from './generated.js';
import { LiveCertificates } from './live.js';
import { answerOcsp, SessionCache, storeSessions } from './sessions.js';
import { TicketKeyFiles } from './tickets.js';
import { TrustFiles } from './trust.js';
import { ignores, protocolsOf, readSettings, type TlsSettings, versionRange } from './settings.js';

/** Turns the TLS parameters of `bind` and `server` lines into what runs. Complaints are HAProxy's. */
export class TlsCompiler {
  readonly #files: CertificateFiles;
  readonly #needs: ContextNeeds;
  readonly #cache: SessionCache;
  readonly live: LiveCertificates;
  readonly trust: TrustFiles;
  readonly lists: CertificateLists;
  readonly tickets = new TicketKeyFiles();

  constructor(
    private readonly model: ConfigModel,
    private readonly diagnostics: Diagnostics,
    /** Nothing is opened: what needs files is only looked at as text. */
    private readonly offline: boolean,
    /** What another compiler of the same configuration has read, and what took its place since. */
    stores?: { readonly certificates: LiveCertificates; readonly trust: TrustFiles },
  ) {
    const { tls, tune } = model.global;
    this.live = stores?.certificates ?? new LiveCertificates(new CertificateFiles(tls));
    this.trust = stores?.trust ?? new TrustFiles(tls);
    this.#files = this.live.files;
    this.lists = new CertificateLists(this.#files, this.live, this.trust);
    this.#needs = {
      trust: this.trust,
      tickets: this.tickets,
      dh: this.#dhParameters() ?? (tune.has('tune.ssl.default-dh-param') ? 'auto' : undefined),
      sessionLifetime: tune.get('tune.ssl.lifetime'),
    };
    this.#cache = new SessionCache(tune.get('tune.ssl.cachesize') ?? 20_000, tune.get('tune.ssl.lifetime') ?? 300_000);
  }

  /** `ssl-dh-param-file` (manual 3.1). */
  #dhParameters(): string | undefined {
    const word = this.model.global.tls.dhParamFile;
    if (word === undefined || this.offline) return undefined;
    let text = '';
    try {
      text = readFileSync(word.text, 'latin1');
    } catch {
      // the same complaint as for a file of something else
    }
    if (text.includes('BEGIN DH PARAMETERS')) return text;
    const complaint = `'ssl-dh-param-file': unable to load DH parameters from file <${word.text}>.`;
    this.diagnostics.alert(word.span, complaint);
    return undefined;
  }

  // --- bind ---

  /** @returns undefined for lines without `ssl`, and for wrong ones, which are complained about */
  bind(bind: BindModel, proxy: ProxyModel): TlsAcceptor | undefined {
    if (!bind.ssl) return undefined;
    const { global } = this.model;
    const line = new BindLine(bind, proxy, {
      live: this.live,
      trust: this.trust,
      defaults: global.tls.bind,
      identity: (...of) => this.#identity(...of),
    });
    const { settings, names, where } = line;
    this.#remarkVersions(settings, bind.span, (message) => line.about(message));
    if (settings.certificates.length === 0 && !settings.strictSni) {
      this.diagnostics.alert(bind.span, `Proxy '${proxy.name}': no SSL certificate specified ${where} (use 'crt').`);
      return undefined;
    }
    if (settings.verify !== undefined && settings.verify.text !== 'none' && settings.caFile === undefined) {
      this.diagnostics.alert(settings.verify.span, line.about('verify is enabled but no CA file specified'));
      return undefined;
    }
    if (this.offline) return undefined;
    const head = `'bind ${bind.addresses[0]?.text ?? ''}' in section '${proxy.kind}' : `;
    for (const { keyword, value = keyword } of settings.certificates) {
      const report = (word: Word, task: () => void): void =>
        this.#report(word, head, (message) => line.about(message), task);
      report(value, () => {
        if (keyword.text === 'crt-list') this.#addList(line, value, report);
        else this.#add(line, keyword.text, value, report);
      });
    }
    if (names.empty && this.#clean) {
      const missing = `Proxy '${proxy.name}': no SSL certificate specified ${where}`;
      if (settings.strictSni) this.diagnostics.warning(bind.span, `${missing}, ssl connections will fail (use 'crt').`);
      else this.diagnostics.alert(bind.span, `${missing} (use 'crt').`);
    }
    if (settings.generate) this.#generate(line, bind.span, proxy);
    return createTlsAcceptor((hello) => names.choose(hello));
  }

  /** `generate-certificates`, for names that no certificate of the line is for. */
  #generate(line: BindLine, span: Span, proxy: ProxyModel): void {
    const { settings, names, place } = line;
    const { signFile, signPass } = settings;
    const head = `Proxy '${proxy.name}':`;
    if (signFile === undefined) {
      const missing = `cannot enable certificate generation, no CA certificate File configured at [${place}].`;
      this.diagnostics.alert(span, `${head} ${missing}`);
      return;
    }
    try {
      const authority = readSigningAuthority(this.#files, signFile.text, signPass?.text);
      const most = this.model.global.tune.get('tune.ssl.ssl-ctx-cache-size') ?? DEFAULT_KEPT;
      const made = new GeneratedCertificates(
        authority,
        () => line.first?.(),
        most,
        (certificate) => this.#identity(certificate, settings, proxy, `${proxy.name} ${place} ${certificate.path}`),
      );
      names.generate = (name) => made.get(name);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      const problem = `Failed to read CA certificate file '${signFile.text}' at [${place}]. Chain loading failed: ${error.message}`;
      this.diagnostics.alert(signFile.span, `${head} ${problem}`, error.hint);
    }
  }

  get #clean(): boolean {
    return this.diagnostics.alerts === 0;
  }

  /** Runs `task`; what it cannot do is said where it was asked for. */
  #report(word: Word, line: string, about: (message: string) => string, task: () => void): void {
    try {
      task();
    } catch (error) {
      if (error instanceof FileProblem) this.diagnostics.alert(word.span, line + error.message, error.hint);
      else if (error instanceof CrtListProblem) {
        this.diagnostics.alert(error.word.span, `${line}'crt-list' : ${error.message}`);
      } else if (error instanceof TlsProblem) {
        this.diagnostics.alert((error.word ?? word).span, about(error.message), error.hint);
      } else throw error;
    }
  }

  #add(line: BindLine, kind: string, word: Word, report: Report): void {
    const path = this.#files.locate(word.text);
    const found = this.#files.load(path);
    for (const loaded of found) this.#remark(loaded, word);
    if (isDirectory(path)) {
      this.lists.use(this.lists.openDirectory(path, found, word), line, (_entry, task) => report(word, task));
      return;
    }
    for (const loaded of found) {
      line.add(loaded, line.settings, [], line.names.empty || kind === 'default-crt', loaded.path);
    }
  }

  #addList(line: BindLine, word: Word, report: Report): void {
    const list = this.lists.openFile(word.text);
    const isNew = list.users.length === 0;
    this.lists.use(list, line, (entry, task) => {
      for (const { word: at, message } of isNew ? entry.warnings : []) this.diagnostics.warning(at.span, message);
      report(entry.word, task);
      const loaded = this.live.find(entry.path);
      if (isNew && loaded !== undefined) this.#remark(loaded, entry.word);
    });
  }

  /** HAProxy serves an expired certificate without a word; whoever starts it wants to know. */
  #remark({ path, certificate, remarks }: LoadedCertificate, word: Word): void {
    for (const remark of remarks) this.diagnostics.warning(word.span, remark);
    if (timeOf(certificate.notAfter) < Date.now()) {
      this.diagnostics.warning(word.span, `the certificate in '${path}' has expired: clients will refuse it`);
    }
  }

  #identity(loaded: LoadedCertificate, settings: TlsSettings, proxy: ProxyModel, scope: string): ServerIdentity {
    const context = createContext(settings, 'bind', loaded, this.#needs, scope);
    const ignoresChain = ignores(settings.caIgnore);
    const ignoresOwn = ignores(settings.crtIgnore);
    const verify = settings.verify?.text ?? 'none';
    const { tune } = this.model.global;
    return {
      context,
      alpn: spoken(protocolsOf(settings.alpn), proxy.mode, ['h2']),
      verify: verify === 'optional' || verify === 'required' ? verify : 'none',
      pardons: (result, chain) => (chain ? ignoresChain(result) : ignoresOwn(result)),
      helper: this.#helper(settings, loaded),
      asksForSession: settings.tickets ? undefined : (id, sharedKey) => this.#cache.alias(id, sharedKey),
      keylog: this.model.global.tls.keylog,
      capture: tune.get('tune.ssl.capture-buffer-size') ?? tune.get('tune.ssl.capture-cipherlist-size') ?? 0,
    };
  }

  #helper(settings: TlsSettings, loaded: LoadedCertificate): ServerIdentity['helper'] {
    const { ocsp } = this.live;
    const { ocspKey } = loaded;
    if (ocspKey !== '') ocsp.add(ocspKey, ocspProblemOf(loaded) === undefined ? loaded.ocsp : undefined);
    const helper = ocspKey === '' ? undefined : answerOcsp(() => ocsp.current(ocspKey));
    return settings.tickets ? helper : storeSessions(this.#cache, helper);
  }

  #remarkVersions(settings: TlsSettings, span: Span, about: (message: string) => string): void {
    const { range, problem } = versionRange(settings);
    const advice = "Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.";
    if (problem === 'flags-ignored') {
      this.diagnostics.warning(span, `${about('no-sslv3/no-tlsv1x are ignored')} ${advice}`);
    } else if (problem === 'holes') {
      this.diagnostics.warning(span, `${about('SSL/TLS versions range contains holes')} ${advice}`);
    }
    if (range === undefined) this.diagnostics.alert(span, about('all SSL/TLS versions are disabled'));
  }

  // --- servers ---

  /** What a server's connections and its checks use. */
  server(server: ServerModel, proxy: ProxyModel, scope: Scope): ServerTls {
    const checkTls = server.check && (server.checkSsl || checksAskForTls(proxy));
    // `set server … ssl on` may want it
    const ready = server.ssl || server.checkSsl || server.defaultSsl;
    if (!ready && !checkTls) return NO_TLS;
    const { global } = this.model;
    const settings = readSettings(global.tls.server, server.tls);
    const place = `'server ${proxy.name}/${server.name}' : `;
    const verify = settings.verify?.text ?? (global.tls.serverVerify ? 'required' : 'none');
    const about = (message: string): string => `${place}${message}.`;
    const { range } = versionRange(settings);
    if (range === undefined) {
      const message = `proxy '${proxy.name}': all SSL/TLS versions are disabled for server '${server.name}'.`;
      this.diagnostics.alert(server.span, place + message);
      return NO_TLS;
    }
    if (verify === 'required' && settings.caFile === undefined) {
      this.diagnostics.alert(server.span, place + NO_CA);
      return NO_TLS;
    }
    const sni = ready ? this.#sni(settings, proxy, scope, place) : undefined;
    if (this.offline) return NO_TLS;
    const made: { context?: SecureContext } = {};
    let certificate: LoadedCertificate | undefined = undefined as LoadedCertificate | undefined;
    // a server line's own goes before that of default-server
    const own = settings.certificates.at(-1)?.value;
    const at = own ?? settings.caFile ?? { text: '', span: server.span };
    this.#report(at, place, about, () => {
      certificate = own === undefined ? undefined : this.#clientCertificate(own.text);
      made.context = createContext(settings, 'server', certificate, this.#needs);
    });
    const { context } = made;
    if (context === undefined) return NO_TLS;
    const identity = {
      context,
      alpn: offered(protocolsOf(settings.alpn), proxy.mode, server.proto),
      serverName: sni?.constant,
      verify: verify === 'required',
      verifyHost: settings.verifyHost?.text,
      sessions: settings.reuse ? new Map<string, Buffer>() : undefined,
      keylog: global.tls.keylog,
    };
    const check = {
      ...identity,
      alpn: protocolsOf(settings.checkAlpn),
      serverName: settings.checkSni?.text,
      sessions: undefined,
    };
    const remake = (next: LoadedCertificate | undefined): (() => void) => {
      const another = createContext(settings, 'server', next, this.#needs);
      return () => {
        certificate = next;
        identity.context = another;
        check.context = another;
        identity.sessions?.clear();
      };
    };
    const leaveTrust = this.trust.use(settings, () => remake(certificate));
    const leaveCertificate = certificate === undefined ? undefined : this.live.use(certificate, remake);
    return {
      release: () => {
        leaveTrust();
        leaveCertificate?.();
      },
      connector: ready ? createTlsConnector(identity) : undefined,
      serverName: sni?.constant === undefined ? sni?.code : undefined,
      check: createTlsConnector(check),
    };
  }

  /** What the runtime API put in its place goes before the file. @throws FileProblem */
  #clientCertificate(name: string): LoadedCertificate | undefined {
    const path = this.#files.locate(name);
    return this.live.find(name) ?? this.live.find(path) ?? this.#files.load(path)[0];
  }

  /** `sni <expression>` */
  #sni({ sni, sniAuto }: TlsSettings, proxy: ProxyModel, scope: Scope, place: string): Sni | undefined {
    const word =
      sni ?? (sniAuto && proxy.mode === 'http' ? { text: 'req.hdr(host),field(1,:)', span: proxy.span } : undefined);
    if (word === undefined) return undefined;
    try {
      const expression = parseExpression(word);
      const { fetch, converters } = expression;
      const constant = fetch.name === 'str' && converters.length === 0 ? fetch.args[0]?.text : undefined;
      return { code: compileExpression(expression, scope).text(), constant };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const reason = error.message.replace(/^failed to parse sample expression <.*?> : /, '');
      const problem = `${place}error detected while parsing sni expression : ${reason}`;
      this.diagnostics.alert(error.span ?? word.span, problem, error.hint);
      return undefined;
    }
  }
}

type Report = (word: Word, task: () => void) => void;

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

interface Sni {
  readonly code: (stream: StreamContext) => string | undefined;
  /** Where it is written in the configuration. */
  readonly constant: string | undefined;
}

/** The TLS of one server. */
export interface ServerTls {
  /** undefined = only plain connections. */
  readonly connector: TlsConnector | undefined;
  /** The name to send, where it is another for each stream. */
  readonly serverName: ((stream: StreamContext) => string | undefined) | undefined;
  /** For health checks. */
  readonly check: TlsConnector | undefined;
  /** The server goes: its files are no longer in use. */
  readonly release?: () => void;
}

const NO_TLS: ServerTls = { connector: undefined, serverName: undefined, check: undefined };

const NO_CA =
  "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the " +
  "server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use 'ssl-server-verify " +
  "none' in the global section to disable server-side verifications by default.";

/** `tcp-check connect … ssl`, `http-check connect … ssl` */
function checksAskForTls({ check }: ProxyModel): boolean {
  return check.rules.some(({ words }) => words[1]?.text === 'connect' && words.some(({ text }) => text === 'ssl'));
}

/** Protocols that can be spoken once they are agreed on: what bytes mean in TCP mode is not our business. */
function spoken(offered: readonly string[], mode: 'http' | 'tcp', besides: readonly string[] = []): string[] {
  if (mode === 'tcp') return [...offered];
  return offered.filter((name) => name.startsWith('http/1.') || besides.includes(name));
}

/** To a server: not what `proto` rules out. */
const offered = (wanted: readonly string[], mode: 'http' | 'tcp', proto: string | undefined): string[] =>
  spoken(wanted, mode, proto === 'h1' ? [] : ['h2']);
