/** A program that gives callers back what it hears: the least that a call can be connected with. Its one argument is its port. */
import { type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const PROTOCOL = 'strowger.audio.v1';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 9000),
  handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
});

server.on('listening', () => {
  const { address, port } = server.address() as AddressInfo;
  process.stdout.write(`ws://${address}:${port}\n`);
});

server.on('connection', (socket) => {
  socket.on('message', (data: Buffer, binary) => {
    if (binary) socket.send(data, { binary });
    else process.stdout.write(`${data.toString()}\n`);
  });
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
});
