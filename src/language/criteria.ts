/**
 * Names that only ACLs have: a fetch with its way of matching (`haproxy -dKacl`). The suffixed ones are made from their
 * fetch (`path_beg` = path -m beg).
 */
interface Criterion {
  readonly fetch: string;
  readonly method: string;
}

const SUFFIXES = ['beg', 'dir', 'dom', 'end', 'len', 'reg', 'sub'];

/** Prefix of the ACL's name -> fetch. */
const STRINGS: readonly (readonly [string, string])[] = [
  ['base', 'base'],
  ['cook', 'req.cook'],
  ['hdr', 'req.hdr'],
  ['path', 'path'],
  ['scook', 'res.cook'],
  ['shdr', 'res.hdr'],
  ['url', 'url'],
  ['urlp', 'urlp'],
];

function table(): Map<string, Criterion> {
  const criteria = new Map<string, Criterion>();
  for (const [name, fetch] of STRINGS) {
    criteria.set(name, { fetch, method: 'str' });
    for (const suffix of SUFFIXES) criteria.set(`${name}_${suffix}`, { fetch, method: suffix });
  }
  for (const [name, fetch, method] of [
    ['method', 'method', 'meth'],
    ['payload', 'req.payload', 'bin'],
    ['payload_lv', 'req.payload_lv', 'bin'],
    ['req.ssl_ver', 'req.ssl_ver', 'ver'],
    ['req_ssl_ver', 'req.ssl_ver', 'ver'],
    ['req_rdp_cookie', 'req.rdp_cookie', 'str'],
    ['req_rdp_cookie_cnt', 'req.rdp_cookie_cnt', 'int'],
    ['req_ssl_sni', 'req.ssl_sni', 'str'],
    ['req_ver', 'req.ver', 'str'],
    ['resp_ver', 'res.ver', 'str'],
    ['http_auth_group', 'http_auth_group', 'str'],
    ['ssl_fc_sni_end', 'ssl_fc_sni', 'end'],
    ['ssl_fc_sni_reg', 'ssl_fc_sni', 'reg'],
  ]) {
    criteria.set(name, { fetch, method });
  }
  return criteria;
}

export const CRITERIA: ReadonlyMap<string, Criterion> = table();
