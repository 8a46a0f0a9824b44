/** Parts of the exposition, in the order in which they are written. */
export const SCOPES = ['global', 'frontend', 'listener', 'backend', 'server', 'sticktable'] as const;
export type ExporterScope = (typeof SCOPES)[number];

/** What a request asks of the exporter. */
export interface ExporterRequest {
  readonly scopes: ReadonlySet<ExporterScope>;
  /** `no-maint`: leave out servers in maintenance. */
  readonly hideMaintenance: boolean;
}

/**
 * Reads the query of a request target: `/metrics?scope=server&no-maint`. `scope=` may come again and adds to those
 * before, `scope=*` adds all, and an empty one takes all away. What else is said (`extra-counters` of later versions)
 * changes nothing.
 * @returns undefined = a bad request: an unknown scope, or an escape that is none
 */
export function parseExporterRequest(target: string): ExporterRequest | undefined {
  let scopes: Set<ExporterScope> | undefined;
  let hideMaintenance = false;
  for (const parameter of queryOf(target).split('&')) {
    const equals = parameter.indexOf('=');
    const name = decode(equals < 0 ? parameter : parameter.slice(0, equals));
    const value = equals < 0 ? undefined : decode(parameter.slice(equals + 1));
    if (name === MALFORMED || value === MALFORMED) return undefined;
    if (name === 'no-maint') hideMaintenance = true;
    if (name !== 'scope') continue;
    if (value === '') scopes = new Set();
    else {
      const named = value === '*' ? SCOPES : SCOPES.filter((scope) => scope === value);
      if (named.length === 0) return undefined;
      scopes = new Set([...(scopes ?? []), ...named]);
    }
  }
  return { scopes: scopes ?? new Set(SCOPES), hideMaintenance };
}

function queryOf(target: string): string {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(target) ?? [];
  return query;
}

const MALFORMED = null;

/** Form encoding; bytes stay bytes. */
function decode(text: string): string | null {
  if (/%(?![\da-f]{2})/i.test(text)) return MALFORMED;
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
