// A syslog listener that throws everything away.
import dgram from 'node:dgram';

const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 1 << 22 });
socket.on('message', () => {});
socket.bind(Number(process.argv[2]), '127.0.0.1');
