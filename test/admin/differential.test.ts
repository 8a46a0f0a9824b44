import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { findProgram } from '../support/installed.js';
import { RecordingOrigin, sends } from '../support/origin.js';
import { startHaproxy, startTsproxy, type ProxyName } from '../support/proxy.js';
import { ask } from './runtime-client.js';

/** The same commands, in the same order, to the real haproxy and to tsproxy: the answers are the same to the byte. */

/** Each continues from the state that those before it left. */
const COMMANDS = `
show cli level
show cli sockets
show backend
show servers state
show servers state be1
show servers state nope
show servers state #5
show servers conn nope
show stat nope 1 -1
show stat domain foo
show schema
show env nope
show sess 0x1
show errors nope
show table
show table foo
set table foo key 1
clear table foo
show resolvers foo
show events foo
show startup-logs
help set map
help show stat
show versio
set
shutdown
clear
get weight
get weight be1
get weight be1/s1
get weight #4/#1
get weight be1/nope
get weight nope/s1
set weight be1/s1
set weight be1/s1 20
set weight be1/s1 300
set weight be1/s1 -1
set weight be1/s1 50%
get weight be1/s1
set weight be1/s1 foo
set weight be1/s1 100%
set weight hashed/h1 3
set weight hashed/h1 0
set weight hashed/h1 100%
set server be1/s1
set server be1
set server be1/nope
set server be1/s1 foo
set server be1/s1 state
set server be1/s1 state foo
set server be1/s1 state drain
show servers state be1
set server be1/s1 state maint
show servers state be1
set server be1/s1 state ready
set server be1/s1 weight 5%
set server be1/s1 health up
set server be2/c1 health down
set server be2/c1 health stopping
set server be2/c1 health up
set server be2/c1 health foo
set server be1/s3 health up
set server be1/s1 agent up
set server be1/s1 agent-addr 1.2.3.4
set server be1/s1 check-addr 1.2.3.4
set server be2/c1 check-addr 127.0.0.4 port 99
set server be2/c1 check-addr foo
set server be2/c1 check-addr
set server be2/c1 check-port 9999
set server be2/c1 check-port foo
set server be2/c1 check-port 99999
show servers state be2
set server be1/s1 addr
set server be1/s1 addr 127.0.0.9
set server be1/s1 addr 127.0.0.9
set server be1/s1 addr 127.0.0.8 port 80
set server be1/s1 addr 127.0.0.8 port 81
set server be1/s1 addr 127.0.0.8 port +1
set server be2/c1 addr 127.0.0.8 port +1
set server be2/c1 addr 127.0.0.1 port 9004
set server be1/s1 addr 127.0.0.8 port foo
set server be1/s1 addr foo
set server be1/s1 addr ::1 port 1
set server be1/s1 addr 127.0.0.1 port 9001
set server be1/s1 fqdn
set server be1/s1 fqdn foo.example
set server be1/s1 ssl on
disable server be1/s1
disable server be1/s1
disable server
disable server be1/foo
enable server be1/s1
enable server be1/s2
disable health be2/c1
show servers state be2
enable health be2/c1
enable health be1/s1
disable agent be1/s1
enable agent be1/s1
show servers state be3
set server be3/a agent
set server be3/a agent foo
set server be3/a agent down
show servers state be3
set server be3/a agent up
set server be3/a agent-addr
set server be3/a agent-addr foo.invalid
set server be3/a agent-addr 127.0.0.5
set server be3/a agent-addr 127.0.0.6 port
set server be3/a agent-addr 127.0.0.6 port 99
set server be3/a agent-addr 127.0.0.6 port 70000
set server be3/a agent-addr 127.0.0.6 foo 3
set server be3/a agent-port
set server be3/a agent-port x
set server be3/a agent-port 70000
set server be3/a agent-port 5
set server be3/a agent-send
set server be3/a agent-send hello
disable agent be3/a
set server be3/a agent down
set server be3/a agent-addr 127.0.0.7
set server be3/a agent-port 5
set server be3/a agent-send x
enable agent be3/t
disable agent be3/t
disable server be3/b
show servers state be3
enable agent be3/a
show servers state be3
disable frontend
disable frontend nope
disable frontend fe1
disable frontend fe1
enable frontend fe1
enable frontend fe1
set maxconn frontend fe2
set maxconn frontend fe2 foo
set maxconn frontend fe2 -1
set maxconn frontend fe2 20
set maxconn frontend nope 20
set maxconn server be2/c2
set maxconn server be2/c2 foo
set maxconn server be2/c2 5
set maxconn global
set maxconn global 100000000
set maxconn global 100
set maxconn global 0
set maxconn foo
set rate-limit
set rate-limit connections
set rate-limit connections global
set rate-limit connections global 10
set rate-limit connections global -1
set rate-limit foo global 10
set rate-limit connections global 0
set timeout
set timeout cli
set timeout cli foo
set timeout cli 99999999999
set severity-output
set severity-output number;set severity-output foo;get weight be1/zz;show cli level
set severity-output string;get weight be1/zz;enable frontend nope;set server be1/s1 check-port 1
get var
get var proc.nope
get var foo
set var proc.foo str(baz)
experimental-mode
experimental-mode on;experimental-mode;set var proc.foo str(baz);get var proc.foo
experimental-mode on;set var proc.i int(42);get var proc.i;set var proc.b bool(true);get var proc.b
experimental-mode on;set var proc.f fmt a\\ b%[int(3)];get var proc.f
experimental-mode on;set var;set var proc.foo;set var txn.foo str(a);set var proc.foo str(a) extra
expert-mode
expert-mode on;expert-mode;expert-mode off;expert-mode
operator;show cli level;operator;user;show cli level;operator;show cli level
user;show env;show errors;show sess;clear counters;set weight be1/s1 1;disable frontend fe1;expert-mode;expert-mode on
operator;clear counters;clear counters all;set server be1/s1 state ready;set maxconn global 0;shutdown session 0x1
shutdown frontend
shutdown frontend nope
shutdown session
shutdown session 0x1
shutdown sessions server be1/s1
shutdown sessions server be1/nope
clear counters
clear counters all
show map {folder}/a.map
show map #9
show acl {folder}/a.acl
show map @5 {folder}/a.map
get map {folder}/a.map k1
get map {folder}/a.map zz
get map {folder}/a.map
get acl {folder}/a.acl ALPHA
get acl {folder}/a.acl zz
add map {folder}/a.map k3 v3
add map {folder}/a.map k4
add map nope a b
add map @9 {folder}/a.map k5 v5
set map {folder}/a.map k3 v33
set map {folder}/a.map zz v33
set map {folder}/a.map zz
set map {folder}/a.map #0x1 v33
show map {folder}/a.map
del map {folder}/a.map k3
del map {folder}/a.map zz
del map {folder}/a.map
add acl {folder}/a.acl gamma
add acl {folder}/a.acl
del acl {folder}/a.acl gamma
del acl {folder}/a.acl nope
prepare map {folder}/a.map
prepare map nope
add map @1 {folder}/a.map n1 w1
show map
show map @1 {folder}/a.map
clear map @1 {folder}/a.map
add map @1 {folder}/a.map n2 w2
commit map @1 {folder}/a.map
commit map @1 {folder}/a.map
commit map {folder}/a.map
commit map @1
commit map @1 nope
show map {folder}/a.map
clear map {folder}/a.map
clear map
show map {folder}/a.map
add server be1/s9
add server be1/s9 127.0.0.1:99
add server be1/s9 127.0.0.1:99
add server be1 127.0.0.1:99
add server nope/s9 127.0.0.1:99
add server hashed/h9 127.0.0.1:99
add server be1/s8 127.0.0.1:99 cookie x
add server be1/s8 127.0.0.1:99 id 50 weight 7 check
add server be1/s7 127.0.0.1:99 track be1/s1
add server be1/s6 127.0.0.1:99 agent-check
add server be1/s6 127.0.0.1:99 agent-check port 3 send-proxy
show servers state be1
enable agent be1/s6
show servers state be1
del server be1/s9
del server be1/s9
del server be1/s1
enable server be1/s8
del server be1/s8
disable server be1/s8
del server be1/s8
del server be2/c1
enable dynamic-cookie backend
enable dynamic-cookie backend nope
disable dynamic-cookie backend be1
set dynamic-cookie-key backend
set dynamic-cookie-key backend nope x
set dynamic-cookie-key backend be1
set dynamic-cookie-key backend be1 secret
enable dynamic-cookie backend be1
operator;enable dynamic-cookie backend be1;set profiling tasks on;trace foo
set profiling
set profiling foo
set profiling tasks
set profiling tasks maybe
set profiling tasks on;show profiling status;set profiling tasks auto
set profiling tasks off;show profiling status
set profiling memory on
trace 0
trace foo
trace foo sink
show trace foo
httpclient GET http://127.0.0.1:1/
expert-mode on;httpclient
expert-mode on;httpclient GET
expert-mode on;httpclient GET foo
expert-mode on;httpclient PATCH http://127.0.0.1:1/
expert-mode on;httpclient GET http://127.0.0.1:{origin}/seen
expert-mode on;httpclient HEAD http://127.0.0.1:{origin}/head?x=%20y
expert-mode on;httpclient POST http://127.0.0.1:{origin}/post
expert-mode on;help debug dev
expert-mode on;help httpclient
expert-mode on;debug dev check;debug dev warn;debug dev delay 1;debug dev loop 1
debug dev exit
shutdown frontend fe1
shutdown frontend fe1
enable frontend fe1
disable frontend fe1
`
  .trim()
  .split('\n');

/** What is one program's own: pointers, paths, versions, seconds since a change. */
function normalised(text: string): string {
  return text
    .replaceAll(/0x[0-9a-f]{5,}/g, 'POINTER')
    .replaceAll(/unix@\S+/g, 'SOCKET')
    .replaceAll(/at file '[^']*'/g, "at file 'FILE'")
    .replaceAll(/^(\d+ \S+ \d+ \S+ \S+ \d \d+ \d+ \d+) \d+ /gm, '$1 AGE ')
    .replaceAll(/^ {2}.*\n/gm, (line) => (FOREIGN.test(line) ? '' : line));
}

/** Lines of help about commands that tsproxy does not have. */
const FOREIGN = /^ {2}(?:abort|add ssl|commit ssl|del ssl|new ssl|set ssl|show ssl)/;

async function answers(name: ProxyName, origin: RecordingOrigin): Promise<string[]> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.map'), 'k1 v1\nk2 v2\n');
  writeFileSync(join(folder, 'a.acl'), 'alpha\nbeta\n');
  const socket = join(folder, 'sock');
  await (name === 'haproxy' ? startHaproxy : startTsproxy)(configuration(folder, socket));
  const given: string[] = [];
  for (const command of COMMANDS) {
    const answer = await ask(
      socket,
      `${command.replaceAll('{folder}', folder).replaceAll('{origin}', String(origin.port))}\n`,
    );
    given.push(`${command}\n${normalised(answer.replaceAll(folder, 'FOLDER'))}`);
  }
  return given;
}

const configuration = (folder: string, socket: string): string => `global
 stats socket ${socket} level admin
 maxconn 5000
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 2s
frontend fe1
 bind 127.0.0.1:{one}
 acl x path -i -f ${folder}/a.acl
 http-request deny if x
 http-request set-header a %[path,map(${folder}/a.map,def)]
 default_backend be1
frontend fe2
 bind 127.0.0.1:{two}
 maxconn 50
 default_backend be2
backend be1
 server s1 127.0.0.1:9001 weight 10
 server s2 127.0.0.1:9002 check inter 1000s disabled
 server s3 127.0.0.1:9003 track be2/c1
backend be2
 balance leastconn
 server c1 127.0.0.1:9004 check inter 1000s
 server c2 127.0.0.1:9005 backup maxconn 3
backend hashed
 balance source
 server h1 127.0.0.1:9006
backend be3
 server a 127.0.0.1:9007 agent-check agent-port 9 agent-inter 1000s
 server b 127.0.0.1:9008 addr 127.0.0.3 port 9 agent-check agent-inter 1000s
 server t 127.0.0.1:9009 track be3/a
`;

describe.skipIf(findProgram('haproxy') === undefined)('beside the real haproxy', () => {
  test('all answers are the same', async () => {
    const seen = { head: 'HTTP/1.1 200 Fine\r\nX-Seen: a\r\nX-Seen: b\r\ncontent-length: 4\r\n\r\n', body: 'body' };
    const origin = await RecordingOrigin.start({
      '/seen': sends(seen.head + seen.body),
      '/head?x=%20y': sends(seen.head),
      '/post': sends('HTTP/1.1 404 Nowhere\r\ncontent-length: 0\r\n\r\n'),
    });
    const [real, ours] = [await answers('haproxy', origin), await answers('tsproxy', origin)];
    expect(ours).toEqual(real);
  }, 60_000);
});
