/** RFC 7541 appendix A: entries 1 to 61. */
const ENTRIES = `:authority
:method|GET
:method|POST
:path|/
:path|/index.html
:scheme|http
:scheme|https
:status|200
:status|204
:status|206
:status|304
:status|400
:status|404
:status|500
accept-charset
accept-encoding|gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** By index; [0] is unused. */
export const STATIC_NAMES: string[] = [''];
export const STATIC_VALUES: string[] = [''];
/** First entry of a name. */
export const STATIC_INDEX = new Map<string, number>();

for (const line of ENTRIES.split('\n')) {
  const [name, value = ''] = line.split('|');
  if (!STATIC_INDEX.has(name)) STATIC_INDEX.set(name, STATIC_NAMES.length);
  STATIC_NAMES.push(name);
  STATIC_VALUES.push(value);
}

export const STATIC_COUNT = STATIC_NAMES.length - 1;
