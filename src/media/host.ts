import { OpusWasm } from '../codec/index.ts';
import { Abroad, type LinkMessage, type Say } from './abroad.ts';
import type { HostContext } from './host-context.ts';
import { forgetIfIdle, mixerOf } from './mix/mixer.ts';
import { receiveFromAbroad } from './incoming.ts';
import { Pacer } from './pacer.ts';
import { receivePassingFromAbroad, reportTo } from './passage.ts';
import { PortPool } from './pool.ts';
import type { HostPorts } from './ports.ts';
import { type HostCommand, PROTOCOL_VERSION, type SessionSpec, type SessionStats } from './protocol.ts';
import { Session } from './session.ts';
import { Library } from './source/library.ts';

/** A media host: sockets, streams and sounds of many legs, told what to do by plain messages. */
export interface Host {
  /** Takes a command in. `hello` binds the first port pairs, and is answered when they are bound. */
  command(command: HostCommand): void;
  /** Joins this host with another, so that their legs can hear each other. */
  link(peer: number, say: Say): void;
  /** Takes in what that other host says. */
  linked(peer: number, message: LinkMessage): void;
  /** Closes every socket; nothing is told after it. */
  stop(): void;
}

const NONE: SessionStats = { packetsIn: 0, packetsOut: 0, dropped: 0 };

export function createHost(ports: HostPorts): Host {
  return new MediaHost(ports);
}

class MediaHost implements Host {
  readonly #context: HostContext;
  readonly #ports: HostPorts;
  readonly #pool: PortPool;
  #greeting: 'none' | 'filling' | 'filled' = 'none';

  constructor(ports: HostPorts) {
    this.#ports = ports;
    const opus = onceOpened(ports);
    this.#context = {
      ports,
      pacer: new Pacer(ports),
      library: new Library(ports, opus),
      abroad: new Abroad(),
      sessions: new Map(),
      audiences: new Map(),
      mixers: new Map(),
      voices: new Map(),
      opus,
    };
    this.#pool = new PortPool(ports, () => {
      this.#greeting = 'filled';
      this.#hello();
    });
  }

  command(command: HostCommand): void {
    switch (command.do) {
      case 'hello':
        return this.#greet();
      case 'inventory':
        return this.#inventory();
      case 'retire':
        return this.#pool.retire(command.lease);
      case 'open':
        return this.#open(command.session, command.lease);
      case 'apply':
        return this.#apply(command.session, command.generation, command.spec);
      case 'digit':
        return this.#context.sessions.get(command.session)?.keying.press(command.digit, command.ms, command.as);
      case 'beep':
        return this.#context.sessions.get(command.session)?.keying.beep();
      case 'pressed':
        return this.#context.sessions.get(command.session)?.program?.digit(command.digit, command.ms);
      case 'mixer':
        return mixerOf(this.#context, command.mixer).apply(command.generation, command.spec);
      case 'unmix':
        return this.#unmix(command.mixer);
      case 'measure':
        return this.#measure(command.session);
      case 'close':
        return this.#close(command.session);
    }
  }

  link(peer: number, say: Say): void {
    this.#context.abroad.link(peer, say);
  }

  linked(peer: number, message: LinkMessage): void {
    switch (message.say) {
      case 'want':
        return this.#context.abroad.listen(peer, message.session, message.on);
      case 'packet':
        return receiveFromAbroad(this.#context, message.session, message.bytes, message.kind);
      case 'passing':
        return receivePassingFromAbroad(this.#context, message.session, message.bytes, message.format);
      case 'feedback': {
        const session = this.#context.sessions.get(message.session);
        return session && reportTo(session, message.feedback);
      }
    }
  }

  stop(): void {
    for (const session of this.#context.sessions.values()) session.close();
    this.#context.sessions.clear();
    this.#pool.close();
  }

  #greet(): void {
    if (this.#greeting === 'filled') return this.#hello();
    if (this.#greeting === 'filling') return;
    this.#greeting = 'filling';
    this.#pool.start();
  }

  #hello(): void {
    this.#ports.tell({ event: 'hello', version: PROTOCOL_VERSION, pool: this.#pool.size });
  }

  #inventory(): void {
    const sessions = [...this.#context.sessions.values()].map(({ id, generation }) => ({ session: id, generation }));
    this.#ports.tell({ event: 'inventory', sessions });
  }

  #open(id: string, lease: number): void {
    if (this.#context.sessions.has(id)) return;
    const pair = this.#pool.take(lease);
    if (pair === undefined) return this.#failed(id, `lease ${lease} is not free`);
    const session = new Session(this.#context, id, pair);
    pair.user = session;
    this.#context.sessions.set(id, session);
  }

  #apply(id: string, generation: number, spec: SessionSpec): void {
    const session = this.#context.sessions.get(id);
    if (session === undefined) this.#failed(id, 'no such session');
    else session.apply(generation, spec);
  }

  #unmix(id: string): void {
    this.#context.mixers.get(id)?.close();
    forgetIfIdle(this.#context, id);
  }

  #measure(id: string): void {
    const stats = this.#context.sessions.get(id)?.stats() ?? NONE;
    this.#ports.tell({ event: 'measured', session: id, stats });
  }

  #close(id: string): void {
    const { sessions, audiences } = this.#context;
    const session = sessions.get(id);
    sessions.delete(id);
    if (session !== undefined) this.#pool.giveBack(session.pair);
    const stats = session?.close() ?? NONE;
    if (audiences.get(id)?.length === 0) audiences.delete(id);
    this.#ports.tell({ event: 'closed', session: id, stats });
  }

  #failed(session: string, why: string): void {
    this.#ports.tell({ event: 'failed', session, why });
  }
}

function onceOpened({ opus }: HostPorts): () => OpusWasm | undefined {
  let opened: OpusWasm | undefined;
  return () => (opened ??= opus && new OpusWasm(opus()));
}
