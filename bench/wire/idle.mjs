// Opens N connections, sends one request on each, keeps them; prints "ready" and waits for its standard input to end.
import net from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
let ready = 0;
for (let i = 0; i < count; i++) {
  const socket = net.connect(port, '127.0.0.1', () => socket.write('GET /small.html HTTP/1.1\r\nhost: a\r\n\r\n'));
  socket.once('data', () => {
    if (++ready === count) process.stdout.write('ready\n');
  });
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
}
process.stdin.on('end', () => process.exit(0)).resume();
