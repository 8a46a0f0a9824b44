import { describe, expect, test } from 'vitest';
import { idOfKey, ocspProblem, type OcspResponse, parseOcspResponse, responseKey } from './ocsp.js';

const ID = { hash: 'x', issuerName: Buffer.alloc(20, 1), issuerKey: Buffer.alloc(20, 2), serial: Buffer.from([0x12]) };
const NOW = Date.UTC(2026, 5, 15);
const SINGLE = {
  id: ID,
  status: 'good',
  revoked: undefined,
  thisUpdate: '20260614000000Z',
  nextUpdate: '20260616000000Z',
} as const;

const response = (...responses: OcspResponse['responses']): OcspResponse => ({
  status: 0,
  responder: Buffer.alloc(20),
  producedAt: '20260614000000Z',
  responses,
  signatureAlgorithm: '',
  signature: Buffer.alloc(0),
  certificates: [],
});

test('keys are the DER of ids', () => {
  const key = responseKey(ID);
  expect(key).toMatch(/^303a300906052b0e03021a0500/);
  expect(idOfKey(key)).toMatchObject({ issuerKey: ID.issuerKey, serial: ID.serial });
});

describe('whether an answer may be used', () => {
  test.each([
    [undefined, 'Unable to parse OCSP response'],
    [{ ...response(), status: 3 }, 'OCSP response status not successful'],
    [response(), 'Failed to get OCSP single response'],
    [response(SINGLE, SINGLE), 'OCSP response ignored because contains multiple single responses (2)'],
    [response({ ...SINGLE, status: 'unknown' }), 'OCSP single response: certificate status is unknown'],
    [response({ ...SINGLE, nextUpdate: '' }), 'OCSP single response: missing nextupdate'],
    [response({ ...SINGLE, nextUpdate: '20260614235459Z' }), 'OCSP single response: no longer valid.'],
    [response({ ...SINGLE, nextUpdate: '20260614235501Z' }), undefined],
    [response({ ...SINGLE, thisUpdate: '20260615000501Z' }), 'OCSP single response: no longer valid.'],
    [response(SINGLE), undefined],
  ] as const)('%#: %s', (answer, problem) => expect(ocspProblem(answer, responseKey(ID), NOW)).toBe(problem));

  test('not one about another certificate', () => {
    expect(ocspProblem(response(SINGLE), responseKey({ ...ID, serial: Buffer.from([9]) }), NOW)).toBe(
      'OCSP single response: Certificate ID does not match certificate and issuer',
    );
  });
});

test('bytes that are none', () => {
  const unsuccessful = Buffer.from('30030a0103', 'hex');
  expect(parseOcspResponse(unsuccessful)).toMatchObject({ status: 3, responses: [] });
  for (let length = 0; length < unsuccessful.length; length++) {
    expect(parseOcspResponse(unsuccessful.subarray(0, length))).toBeUndefined();
  }
  for (const text of ['', '00', '3000', '30030a0100', '30050a0100a000', '30090a0100a004300206 00']) {
    expect(parseOcspResponse(Buffer.from(text.replaceAll(' ', ''), 'hex'))).toBeUndefined();
  }
});
