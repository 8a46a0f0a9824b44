import { binaryRegexMatcher } from '../matchers.js';
import { connectStep, defineCheckType, expectStep, sendStep, type CustomMatcher, type Verdict } from '../plan.js';
import { refuseArguments } from './option.js';

/** An anonymous LDAPv3 bind request (RFC 4511 section 4.2), message 1. */
const BIND = '0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\0\x80\0';
const NOT_LDAP: Verdict = { status: 'L7RSP', code: 0, info: 'Not LDAPv3 protocol' };
const CUT: Verdict = { status: 'L7RSP', code: 0, info: '' };
/** The least a bind response takes. */
const LEAST = 14;

/** Bytes of a BER length at `offset`, itself included: one, or 1 + n in the long form. */
function lengthSize(bytes: string, offset: number): number {
  const first = bytes.charCodeAt(offset);
  return first < 0x80 ? 1 : 1 + (first & 0x7f);
}

/** LDAPMessage { messageID 1, bindResponse { resultCode } }. */
const bindResponse: CustomMatcher = {
  on: 'custom',
  judge(received, ended) {
    if (received.length < LEAST) return ended ? CUT : undefined;
    const size = lengthSize(received, 1);
    if (size > 5) return NOT_LDAP;
    let at = 1 + size;
    if (received.slice(at, at + 3) !== '\x02\x01\x01') return NOT_LDAP;
    at += 3;
    if (received[at] !== 'a') return NOT_LDAP; // [APPLICATION 1]
    at += 1 + lengthSize(received, at + 1);
    if (received.slice(at, at + 2) !== '\x0a\x01') return NOT_LDAP; // ENUMERATED of one byte
    if (received.length < at + 3) return ended ? CUT : undefined;
    const code = received.charCodeAt(at + 2);
    if (code === 0) return { status: 'L7OK', code, info: 'Success' };
    const info = 'See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9';
    return { status: 'L7STS', code, info };
  },
};

export const ldap = defineCheckType({
  name: 'ldap',
  manual: '4.2',
  summary: 'an anonymous bind must succeed',
  parse(context) {
    refuseArguments(context);
    return [
      connectStep(),
      sendStep(1, () => BIND),
      expectStep(2, binaryRegexMatcher('^30'), { minReceived: LEAST, onError: () => 'Not LDAPv3 protocol' }),
      expectStep(3, bindResponse),
    ];
  },
});
