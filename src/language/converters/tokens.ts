import type { KeyObject } from 'node:crypto';
import { optional, string, stringOrVariable, word } from '../arguments.js';
import { ArgumentError, defineConverter, type ConverterDefinition } from '../definition.js';
import { parsePath, queryJson } from '../json-path.js';
import { findJwtAlgorithm, JwtResult, jwtPart, readPublicKey, verifyJwt } from '../payload/jwt.js';
import type { Scope } from '../scope.js';
import { castSample } from '../values.js';
import { getVariable, type VariableName } from '../variables.js';
import type { Sample } from '../../core/sample.js';
import type { StreamContext } from '../../core/stream.js';

const MANUAL = '7.3.1';
type Example = readonly [string, string, string | undefined];

/** {"alg":"HS256"} . {"sub":"x","iat":15} . signed with "secret" */
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4IiwiaWF0IjoxNX0.DD-oU1i74wUzPhkWrRmivLDpKR-Y3rwkPuUnryN8C5o';

function query(name: string, index: 0 | 1, summary: string, examples: readonly Example[]): ConverterDefinition {
  return defineConverter({
    name,
    args: [optional(string), optional(word(['int'], 'output_type only supports "int" as argument.'))],
    in: 'bin',
    out: 'any',
    manual: MANUAL,
    summary,
    examples,
    compile([path, type]) {
      const steps = path === undefined ? undefined : parsePath(path);
      return (input): Sample | undefined => {
        const part = jwtPart(input, index);
        if (part === undefined) return undefined;
        return path === undefined ? { type: 'bin', value: part } : queryJson(part, steps, type === 'int');
      };
    },
  });
}

type Text = (stream: StreamContext) => string | undefined;

function textOf(value: string | VariableName, { environment }: Scope): Text {
  if (typeof value === 'string') return () => value;
  return (stream) => {
    const found = getVariable(stream, value, environment);
    const text = found === undefined ? undefined : castSample(found, 'str');
    return typeof text === 'string' ? text : undefined;
  };
}

/** The keys in files that the configuration names; no file is read later. */
function loadKey(path: string, scope: Scope): KeyObject | undefined {
  if (scope.offline) return undefined;
  try {
    return readPublicKey(scope.environment.readFile(path));
  } catch {
    return undefined;
  }
}

interface VerifierFacts {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly Example[];
  readonly since?: string;
  /** Families of algorithms that are known and not done. */
  readonly unmanaged: string;
  readonly key: 'a secret or a key' | 'a certificate';
}

function verifier({ unmanaged, key: kind, ...facts }: VerifierFacts): ConverterDefinition {
  return defineConverter({
    ...facts,
    args: [stringOrVariable, stringOrVariable],
    in: 'bin',
    out: 'sint',
    manual: MANUAL,
    pure: false,
    compile([algorithm, key], scope) {
      if (typeof algorithm === 'string') checkAlgorithm(algorithm, unmanaged);
      const algorithmName = textOf(algorithm, scope);
      const keyText = textOf(key, scope);
      const keys = new Map<string, KeyObject | undefined>();
      if (typeof key === 'string') keys.set(key, loadKey(key, scope));
      return (input, stream) => {
        const name = algorithmName(stream);
        const text = keyText(stream);
        if (name === undefined || text === undefined) return undefined;
        const found = findJwtAlgorithm(name);
        if (found === undefined) return JwtResult.UnknownAlgorithm;
        if (unmanaged.split(' ').includes(found.family)) return JwtResult.UnmanagedAlgorithm;
        return verifyJwt(input, found, kind === 'a secret or a key' && found.family === 'HS' ? text : keys.get(text));
      };
    },
  });
}

function checkAlgorithm(name: string, unmanaged: string): void {
  const found = findJwtAlgorithm(name);
  if (found === undefined) throw new ArgumentError(`unknown JWT algorithm: ${name}.`);
  if (!unmanaged.split(' ').includes(found.family)) return;
  throw new ArgumentError(
    found.family === 'PS'
      ? 'RSASSA-PSS JWS signing not managed yet.'
      : `'${name}' signs with a secret: there is no certificate.`,
  );
}

/** JSON Web Tokens (manual 7.3.1). */
export const tokens = [
  query('jwt_header_query', 0, "a token's header, or a value in it by its path", [
    [TOKEN, "'$.alg'", 'HS256'],
    [TOKEN, '', '{"alg":"HS256"}'],
    ['eyJhbGciOiJIUzI1NiJ9.b', "'$.alg'", 'HS256'],
    ['a.b', "'$.alg'", undefined],
  ]),
  query('jwt_payload_query', 1, "a token's payload, or a value in it by its path", [
    [TOKEN, "'$.sub'", 'x'],
    [TOKEN, "'$.iat','int'", '15'],
    [TOKEN, "'$.nope'", undefined],
  ]),
  verifier({
    name: 'jwt_verify',
    summary: "1 when a token's signature is right by the algorithm and the secret or key file, 0 when not, or negative",
    examples: [
      [TOKEN, 'HS256,"secret"', '1'],
      [TOKEN, 'HS256,"other"', '0'],
      [TOKEN, 'HS384,"secret"', '0'],
      [TOKEN, 'RS256,"/no/such.pem"', '-5'],
      ['a.b', 'HS256,"secret"', '-3'],
      ['a.b.', 'none,x', '1'],
      ['a.b.c', 'none,x', '0'],
    ],
    unmanaged: 'PS',
    key: 'a secret or a key',
  }),
  verifier({
    name: 'jwt_verify_cert',
    summary: "1 when a token's signature is right by the algorithm and the certificate's file, 0 when not, or negative",
    since: '3.3',
    examples: [
      [TOKEN, 'PS256,"/no/such.pem"', '-5'],
      ['a.b', 'ES256,"/no/such.pem"', '-3'],
    ],
    unmanaged: 'HS',
    key: 'a certificate',
  }),
];
