import { optional, string, userlist } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { checkPassword, groupsOf } from '../userlist.js';
import { defineFetch } from '../definition.js';
import { requestOf } from '../http/sniff.js';
import type { StreamContext } from '../../core/stream.js';
import type { Scope } from '../scope.js';
import type { UserlistModel } from '../../config/model.js';

const MANUAL = '7.3.6';

/** What an Authorization field says. */
interface Authorization {
  readonly scheme: string;
  readonly rest: string;
}

function authorization(stream: StreamContext, field: string): Authorization | undefined {
  const value = requestOf(stream)?.headers.get(field);
  const parts = value === undefined ? null : /^([^ \t]+)[ \t]+(.*)$/.exec(value);
  return parts === null ? undefined : { scheme: parts[1], rest: parts[2] };
}

/** Where credentials are: towards a proxy (absolute target) they have a field of their own. */
function fieldOf(stream: StreamContext): string {
  return requestOf(stream)?.headers.get('authorization') === undefined &&
    requestOf(stream)?.headers.get('proxy-authorization') !== undefined
    ? 'proxy-authorization'
    : 'authorization';
}

/** User and password of basic authentication. */
export function credentials(stream: StreamContext): { user: string; password: string } | undefined {
  const found = authorization(stream, fieldOf(stream));
  if (found === undefined || found.scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(found.rest, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function listOf(name: string, scope: Scope): UserlistModel | undefined {
  return scope.environment.userlists().find((list) => list.name === name);
}

/** Authentication (manual 7.3.6). */
export const auth = [
  defineFetch({
    name: 'http_auth',
    args: [userlist],
    out: 'bool',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: 'whether the credentials are those of a user of the list',
    compile([name], scope) {
      const list = listOf(name, scope);
      return (stream) => {
        const given = credentials(stream);
        return given !== undefined && list !== undefined && checkPassword(list, given.user, given.password);
      };
    },
  }),
  defineFetch({
    name: 'http_auth_group',
    args: [userlist],
    out: 'str',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: "the user's name when the credentials are right; ACLs compare the user's groups",
    compile([name], scope) {
      const list = listOf(name, scope);
      const user = (stream: StreamContext): string | undefined => {
        const given = credentials(stream);
        if (given === undefined || list === undefined) return undefined;
        return checkPassword(list, given.user, given.password) ? given.user : undefined;
      };
      return {
        evaluate: user,
        some(stream, test) {
          const found = user(stream);
          return (
            found !== undefined && list !== undefined && groupsOf(list, found).some((group) => test(group, stream))
          );
        },
      };
    },
  }),
  defineFetch({
    name: 'http_auth_type',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: 'the authentication scheme: Basic or Bearer',
    compile: () => (stream) => {
      const scheme = authorization(stream, fieldOf(stream))?.scheme.toLowerCase();
      if (scheme === 'basic') return 'Basic';
      return scheme === 'bearer' ? 'Bearer' : undefined;
    },
  }),
  defineFetch({
    name: 'http_auth_user',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: 'the user name given, not checked',
    compile: () => (stream) => credentials(stream)?.user,
  }),
  defineFetch({
    name: 'http_auth_pass',
    args: [],
    out: 'str',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: 'the password given, not checked',
    compile: () => (stream) => credentials(stream)?.password,
  }),
  defineFetch({
    name: 'http_auth_bearer',
    args: [optional(string)],
    out: 'str',
    use: USES.requestHeaders,
    manual: MANUAL,
    summary: 'the token of the Bearer scheme, not checked',
    compile:
      ([field]) =>
      (stream) => {
        const found = authorization(stream, field?.toLowerCase() ?? 'authorization');
        return found !== undefined && found.scheme.toLowerCase() === 'bearer' ? found.rest : undefined;
      },
  }),
];
