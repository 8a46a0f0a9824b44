import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../read.js';
import { addSystemServers, newResolvers } from './resolvers.js';

function read(lines: string): ReturnType<typeof readConfiguration> {
  return readConfiguration([{ path: 'x.cfg', text: `resolvers r\n${lines}\n` }], { env: {}, offline: false });
}

test("HAProxy's defaults", () => {
  const [section] = read('').model.resolvers;
  expect(section).toMatchObject({
    name: 'r',
    payloadSize: 512,
    retries: 3,
    timeouts: { resolve: 1000, retry: 1000 },
    hold: { nx: 30_000, refused: 30_000, timeout: 30_000, other: 30_000, valid: 10_000, obsolete: 0 },
  });
});

test("the manual's example", () => {
  const { model, diagnostics } = read(`
     nameserver dns1 10.0.0.1:53
     nameserver dns2 udp6@[fd00::2]:5353
     nameserver dns3 tcp@10.0.0.3:53
     resolve_retries       4
     timeout resolve       2s
     timeout retry         500
     hold other           31s
     hold refused         32s
     hold nx              33s
     hold timeout         34s
     hold valid           11s
     hold obsolete        35s
     accepted_payload_size 8192`);
  expect(diagnostics.list).toEqual([]);
  expect(model.resolvers[0]).toMatchObject({
    payloadSize: 8192,
    retries: 4,
    timeouts: { resolve: 2000, retry: 500 },
    hold: { nx: 33_000, refused: 32_000, timeout: 34_000, other: 31_000, valid: 11_000, obsolete: 35_000 },
  });
  expect(
    model.resolvers[0].nameservers.map(({ name, address: { host, port, transport } }) => [name, host, port, transport]),
  ).toEqual([
    ['dns1', '10.0.0.1', 53, 'dgram'],
    ['dns2', 'fd00::2', 5353, 'dgram'],
    ['dns3', '10.0.0.3', 53, 'stream'],
  ]);
});

describe('what is wrong', () => {
  test.each([
    ['nameserver a', "'nameserver' expects <name> and <addr>[:<port>] as arguments."],
    ['nameserver a 127.0.0.1', "'nameserver a' : missing port specification in '127.0.0.1'"],
    ['nameserver a /tmp/x', "'nameserver a' : a name server is asked over UDP or TCP"],
    [
      'nameserver a 127.0.0.1:53\nnameserver a 127.0.0.2:53',
      "nameserver 'a' has same name as another nameserver (declared at x.cfg:2).",
    ],
    [
      'nameserver a tcp@127.0.0.1:53 ssl',
      "'nameserver … ssl' is not implemented: name servers are not spoken to over TLS",
    ],
    ['hold nx', "'hold' expects an <event> and a <time> as arguments."],
    ['hold foo 3s', "'hold': unknown event 'foo'"],
    ['hold nx x', "unexpected character 'x' in 'hold'"],
    ['timeout foo 3s', "'timeout': unknown event 'foo'"],
    ['timeout resolve', "'timeout' expects 'retry' or 'resolve' and <time> as arguments."],
    ['accepted_payload_size', "'accepted_payload_size' expects <nb> as argument."],
    ['accepted_payload_size 70000', "'accepted_payload_size' must be between 12 and 65535 inclusive (was 70000)."],
    ['resolve_retries', "'resolve_retries' expects <nb> as argument."],
    ['parse-resolv-conf x', "'parse-resolv-conf' cannot handle unexpected argument 'x'"],
    ['nameserve a 127.0.0.1:53', "unknown keyword 'nameserve' in 'resolvers' section"],
  ])('%s', (lines, message) => {
    expect(read(lines).diagnostics.list.map((each) => each.message)).toEqual([expect.stringContaining(message)]);
  });

  test('a section of the same name', () => {
    const { diagnostics } = read('resolvers r');
    expect(diagnostics.list[0].message).toBe("resolvers 'r' has same name as another resolvers (declared at x.cfg:1).");
  });
});

test('name servers of the system, each once', () => {
  const section = newResolvers('default', read('').model.resolvers[0].span);
  const text =
    '# nameserver 1.1.1.1\nsearch x\nnameserver 10.0.0.1\nnameserver\t::1\nnameserver 10.0.0.1\nnameserver x\n';
  addSystemServers(section, text, section.span);
  expect(section.nameservers.map(({ name, address }) => `${name} ${address.host} ${address.port}`)).toEqual([
    '10.0.0.1 10.0.0.1 53',
    '::1 ::1 53',
  ]);
});
