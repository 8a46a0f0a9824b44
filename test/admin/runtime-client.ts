import { connect } from 'node:net';

/** One connection to a runtime socket: sends, and gives what came until the other side closed. */
export function ask(path: string, text: string): Promise<string> {
  return new Promise((answered, fail) => {
    let answer = '';
    const socket = connect({ path });
    socket.setEncoding('latin1');
    socket.on('data', (part) => (answer += String(part)));
    socket.on('close', () => answered(answer));
    socket.on('error', fail);
    socket.write(text, 'latin1');
  });
}
