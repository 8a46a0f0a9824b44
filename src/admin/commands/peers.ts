import { CliLevel, type CliAnswer, type CliCall } from '../../core/cli.js';
import type { PeerGroup } from '../../peers/group.js';
import type { Peer } from '../../peers/peer.js';
import type { Lesson } from '../../peers/teaching.js';
import { dateWithMilliseconds } from '../../language/log-format/dates.js';
import { type AdminCommand, type AdminContext, failure } from '../context.js';

/** HAProxy shows addresses in memory; here things have numbers, which say as much. */
const number = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

function showPeers({ context, args }: CliCall<AdminContext>): CliAnswer {
  const dictionaries = args.at(0) === 'dict';
  const name = dictionaries || args.at(0) === '-' ? args.at(1) : args.at(0);
  const groups = context.peers.filter(({ section }) => name === '' || section.name === name);
  if (name !== '' && groups.length === 0) return failure('No such peers');
  return groups.map((group, index) => groupText(group, index + 1, context.date(), dictionaries)).join('');
}

function groupText(group: PeerGroup, index: number, date: number, dictionaries: boolean): string {
  const { section, resyncTimeout } = group;
  const head = `${number(index)}: [${dateWithMilliseconds(date).slice(0, -4)}] id=${section.name} disabled=0 flags=0x${group.finished ? '33' : '11'}`;
  const limit = resyncTimeout <= 0 ? '<PAST>' : seconds(resyncTimeout);
  const peers = group.peers.toReversed().map((peer, at) => peerText(group, peer, at + 1, dictionaries));
  return `${head} resync_timeout=${limit} task_calls=${group.rounds}\n${peers.join('')}`;
}

const seconds = (ms: number): string => `${Math.floor(ms / 1000)}s`;

function peerText(group: PeerGroup, peer: Peer, index: number, dictionaries: boolean): string {
  const { connection } = peer;
  const now = group.now();
  const side = `${peer.local ? 'local' : 'remote'},${peer.local && connection === undefined ? 'inactive' : 'active'}`;
  const handshake = peer.lastHandshake < 0 ? '<NEVER>' : seconds(now - peer.lastHandshake);
  const heartbeat = connection === undefined ? '<NEVER>' : seconds(group.heartbeatIn(connection));
  let text =
    `  ${number(index)}: id=${peer.name}(${side}) addr=${group.addressOf(peer)} last_status=${peer.lastStatus} last_hdshk=${handshake}\n` +
    `        reconnect=${peer.local ? '<NEVER>' : '0s'} heartbeat=${heartbeat} confirm=0 tx_hbt=${peer.heartbeatsSent} rx_hbt=${peer.heartbeatsReceived}` +
    ` no_hbt=${peer.silences} new_conn=${peer.connections} proto_err=${peer.protocolErrors} coll=${peer.collisions}\n` +
    `        flags=0x0${connection === undefined ? '' : ` state=${connection.open ? 'EST' : 'TAR'}`}\n`;
  if (connection !== undefined) {
    const { local, remote } = connection.transport;
    const kind = connection.transport.tls === undefined ? 'RAW' : 'SSL';
    text += `        xprt=${kind} src=${local.address}:${local.port} addr=${remote.address}:${remote.port}\n`;
  }
  text += '        shared tables:\n';
  for (const lesson of peer.lessons) text += tableText(peer, lesson, dictionaries);
  return text;
}

function tableText({ connection }: Peer, lesson: Lesson, dictionaries: boolean): string {
  const learned = connection?.learning.tables.find(({ remote }) => remote.name === lesson.name);
  const { table } = lesson;
  const bits = learned?.remote.bits ?? 0;
  let text =
    `          ${number(lesson.id)} local_id=${lesson.id} remote_id=${learned?.remote.id ?? 0} flags=0x0 remote_data=0x${bits.toString(16)}\n` +
    `              last_acked=${learned?.confirmed ?? 0} last_pushed=${lesson.pushed ?? 0} last_get=${learned?.received ?? 0} teaching_origin=0 update=${lesson.acknowledged ?? 0}\n` +
    `              table:${number(lesson.id)} id=${table.name} update=${table.changes} localupdate=${table.changes} commitupdate=${lesson.pushed ?? 0} refcnt=1\n`;
  if (!dictionaries) return `${text}        Dictionary cache not dumped (use "show peers dict")\n`;
  text += '        TX dictionary cache:\n';
  for (const [id, name] of connection?.sentNames.all() ?? []) text += `          ${id} -> ${name}\n`;
  text += '        RX dictionary cache:\n';
  for (const [id, name] of connection?.learning.names.all() ?? []) text += `          ${id} -> ${name}\n`;
  return text;
}

/** The peers of all sections, and what they know (management manual 9.3). */
export const peerCommands: readonly AdminCommand[] = [
  {
    name: 'show peers',
    level: CliLevel.User,
    usage: 'show peers [dict|-] [section]',
    help: 'dump some information about all the peers or this peers section',
    run: showPeers,
  },
];
