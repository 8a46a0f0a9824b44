import dns, { type Answer, type DecodedPacket } from 'dns-packet';

/** DNS messages (RFC 1035, EDNS: RFC 6891) as resolvers need them: one question, and what becomes of it. */

/** What can be asked for. */
export type QuestionType = 'A' | 'AAAA' | 'SRV';

/** An address of a name. */
export interface AddressRecord {
  readonly kind: 'address';
  readonly address: string;
  readonly family: 4 | 6;
}

/** One of the places where a service is (RFC 2782). */
export interface ServiceRecord {
  readonly kind: 'service';
  /** A name, without the last dot. */
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  /** 0 to 65535 */
  readonly weight: number;
  /** Its address, where the answer had it beside the record. */
  readonly address: AddressRecord | undefined;
}

export type AnswerRecord = AddressRecord | ServiceRecord;

/** Why an answer is none, in the names of HAProxy's counters. */
export type AnswerProblem = 'invalid' | 'nx' | 'refused' | 'other' | 'any_err' | 'cname_error' | 'truncated';

export type Verdict =
  | { readonly ok: true; readonly records: readonly AnswerRecord[] }
  | { readonly ok: false; readonly problem: AnswerProblem };

/** A received message, and the question that it says it answers. */
export interface Received {
  readonly id: number;
  readonly packet: DecodedPacket;
}

/** @param payloadSize what the asker can take over UDP, in bytes */
export function encodeQuestion(id: number, name: string, type: QuestionType, payloadSize: number): Buffer {
  return dns.encode({
    type: 'query',
    id,
    flags: dns.RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: [
      {
        name: '.',
        type: 'OPT',
        udpPayloadSize: payloadSize,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

/** @returns undefined for what is no DNS message at all */
export function decodeMessage(bytes: Buffer): Received | undefined {
  try {
    const packet = dns.decode(bytes);
    return packet.type === 'response' ? { id: packet.id ?? -1, packet } : undefined;
  } catch {
    return undefined;
  }
}

/** What an answer says to a question. Names are compared without case (RFC 4343). */
export function judge({ packet }: Received, name: string, type: QuestionType): Verdict {
  const bad = (problem: AnswerProblem): Verdict => ({ ok: false, problem });
  if (packet.flag_tc) return bad('truncated');
  const failure = failureOf(packet);
  if (failure !== undefined) return bad(failure);
  const [question, second] = packet.questions ?? [];
  if (question === undefined || second !== undefined) return bad('invalid');
  if (!sameName(question.name, name) || question.type !== type) return bad('invalid');
  const answers = packet.answers ?? [];
  if (answers.length === 0) return bad('any_err');
  return type === 'SRV' ? services(answers, packet.additionals ?? [], name) : addresses(answers, name);
}

function failureOf(packet: DecodedPacket): AnswerProblem | undefined {
  const code = (packet.flags ?? 0) & 0xf;
  if (code === 0) return undefined;
  if (code === 3) return 'nx';
  return code === 5 ? 'refused' : 'other';
}

/** Addresses of the name, or of the one that it is another name of (CNAME). */
function addresses(answers: readonly Answer[], name: string): Verdict {
  let wanted = name;
  let aliased = false;
  const records: AddressRecord[] = [];
  for (const answer of answers) {
    if (!sameName(answer.name, wanted)) return { ok: false, problem: 'invalid' };
    if (answer.type === 'CNAME') {
      wanted = answer.data;
      aliased = true;
    } else {
      const record = addressOf(answer);
      if (record !== undefined) records.push(record);
    }
  }
  if (records.length > 0) return { ok: true, records };
  return { ok: false, problem: aliased ? 'cname_error' : 'other' };
}

function addressOf(answer: Answer): AddressRecord | undefined {
  if (answer.type === 'A') return { kind: 'address', address: answer.data, family: 4 };
  if (answer.type === 'AAAA') return { kind: 'address', address: answer.data, family: 6 };
  return undefined;
}

function services(answers: readonly Answer[], additionals: readonly Answer[], name: string): Verdict {
  const records: ServiceRecord[] = [];
  for (const answer of answers) {
    if (!sameName(answer.name, name)) return { ok: false, problem: 'invalid' };
    if (answer.type !== 'SRV') continue;
    const { target, port, priority = 0, weight = 0 } = answer.data;
    const beside = additionals.find((other) => addressOf(other) !== undefined && sameName(other.name, target));
    const address = beside === undefined ? undefined : addressOf(beside);
    records.push({ kind: 'service', target: plain(target), port, priority, weight, address });
  }
  return records.length > 0 ? { ok: true, records } : { ok: false, problem: 'other' };
}

const plain = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
const sameName = (one: string, other: string): boolean => plain(one).toLowerCase() === plain(other).toLowerCase();

const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/** Whether a text can be a name in a question (RFC 1035 2.3.4); what it means is the name server's business. */
export function isAskable(name: string): boolean {
  const bare = plain(name);
  if (bare === '' || Buffer.byteLength(bare) > LONGEST_NAME) return false;
  return bare.split('.').every((label) => label !== '' && Buffer.byteLength(label) <= LONGEST_LABEL);
}
