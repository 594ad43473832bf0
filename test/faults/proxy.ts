// A TCP proxy before PostgreSQL that reads along: it knows when the server has finished a COPY or a COMMIT before the client
// does, and can keep the news to itself, cut the line, or spoil a message.
import { type Server, type Socket, connect, createServer } from 'node:net';

export interface Message {
  /** The protocol's letter: C is CommandComplete, G CopyInResponse, d CopyData. Empty for the client's first message. */
  readonly type: string;
  /** The whole message as it goes over the wire. */
  readonly bytes: Buffer;
}

/** What becomes of a message: it goes on, it and all after it are kept back, or another one goes in its place. */
type Verdict = 'forward' | 'hold' | Buffer;

export interface Watcher {
  fromServer?(message: Message, line: Line): Verdict;
  fromClient?(message: Message, line: Line): Verdict;
}

/** One connection through the proxy. */
export class Line {
  /** Counted from 0; the wizard's first one also holds its lock. */
  readonly number: number;
  /** Whether a COPY has ended in the transaction that is open. */
  hasCopied = false;
  readonly client: Socket;
  readonly server: Socket;

  constructor(number: number, client: Socket, server: Socket) {
    this.number = number;
    this.client = client;
    this.server = server;
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }
}

export class Proxy {
  /** Replaced by the tests; forwards everything at first. */
  watcher: Watcher = {};
  /** New connections are dropped at once. */
  isDown = false;
  /** When the client is gone the server is not told, as when a cable is pulled. */
  isDeaf = false;
  lines: Line[] = [];
  private opened = 0;
  private readonly listener: Server;
  private readonly upstream: URL;

  private constructor(upstream: URL, listener: Server) {
    this.upstream = upstream;
    this.listener = listener;
    listener.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of 127.0.0.1 for the server of `url`. */
  static async open(url: string): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return new Proxy(new URL(url), listener);
  }

  get port(): number {
    const address = this.listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Everything as at the beginning; connections are cut. */
  reset(): void {
    this.cutAll();
    Object.assign(this, { watcher: {}, isDown: false, isDeaf: false, opened: 0 });
  }

  cutAll(): void {
    for (const line of this.lines) line.cut();
    this.lines = [];
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.upstream.port || 5432), this.upstream.hostname);
    const line = new Line(this.opened++, client, server);
    this.lines.push(line);
    for (const socket of [client, server]) socket.on('error', () => undefined);
    relay(server, client, new Messages(false), (message) => {
      const verdict = this.watcher.fromServer?.(message, line) ?? 'forward';
      const tag = tagOf(message);
      if (tag?.startsWith('COPY ') === true) line.hasCopied = true;
      else if (tag === 'COMMIT' || tag === 'ROLLBACK') line.hasCopied = false;
      return verdict;
    });
    relay(
      client,
      server,
      new Messages(true),
      (message) => this.watcher.fromClient?.(message, line) ?? 'forward',
    );
    server.on('close', () => client.destroy());
    client.on('close', () => {
      if (!this.isDeaf) server.destroy();
    });
  }
}

/** `COPY 5000`, `COMMIT`: what the server says it has done. */
export function tagOf({ type, bytes }: Message): string | undefined {
  return type === 'C' ? bytes.toString('latin1', 5, bytes.length - 1) : undefined;
}

function relay(from: Socket, to: Socket, messages: Messages, judge: (message: Message) => Verdict): void {
  let isHeld = false;
  from.on('data', (data) => {
    const out: Buffer[] = [];
    for (const message of messages.take(data)) {
      const verdict = isHeld ? 'hold' : judge(message);
      if (verdict === 'hold') isHeld = true;
      else out.push(verdict === 'forward' ? message.bytes : verdict);
    }
    if (out.length === 0 || to.destroyed || to.write(Buffer.concat(out))) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
}

/** Cuts a stream into messages: a letter, four bytes of length that count themselves, the rest. */
class Messages {
  private rest: Buffer = Buffer.alloc(0);
  /** The client's first message has no letter. */
  private isFirst: boolean;

  constructor(isClient: boolean) {
    this.isFirst = isClient;
  }

  take(data: Buffer): Message[] {
    this.rest = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    const complete: Message[] = [];
    for (;;) {
      const head = this.isFirst ? 0 : 1;
      if (this.rest.length < head + 4) return complete;
      const length = head + this.rest.readUInt32BE(head);
      if (this.rest.length < length) return complete;
      complete.push({ type: this.rest.toString('latin1', 0, head), bytes: this.rest.subarray(0, length) });
      this.rest = this.rest.subarray(length);
      this.isFirst = false;
    }
  }
}
