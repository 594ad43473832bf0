// Tells the person why nothing comes on. It watches the run's own news; after ten seconds without any it asks the target what the run's
// sessions wait for, and again every ten seconds as long as that lasts. What it cannot find out it does not guess.
import type { Emit } from '../events.js';
import type { TargetAddress } from '../target/connect.js';
import { findWait } from '../target/waits.js';
import type { RunView } from '../view.js';
import type { Ask, Asking } from './pauses.js';
import { SILENCE_MS } from './tell-while.js';

export interface Watched {
  readonly emit: Emit;
  readonly view: () => RunView;
  readonly address: () => TargetAddress;
  /** SILENCE_MS, unless given. */
  readonly silenceMs?: number;
}

export class WaitWatch {
  private readonly watched: Watched;
  private readonly silenceMs: number;
  private timer: NodeJS.Timeout | undefined;
  /** Questions that somebody is thinking about. */
  private asked = 0;
  private isLooking = false;
  private lookedAtMs = 0;

  constructor(watched: Watched) {
    this.watched = watched;
    this.silenceMs = watched.silenceMs ?? SILENCE_MS;
  }

  /** The same way of asking; as long as a question is open, nothing waits but the person. */
  during<T extends Asking>(io: T): T {
    const counted =
      (ask: Ask): Ask =>
      async (message, name) => {
        this.asked += 1;
        try {
          return await ask(message, name);
        } finally {
          this.asked -= 1;
        }
      };
    return {
      ...io,
      ...(io.ask === undefined ? {} : { ask: counted(io.ask) }),
      ...(io.confirm === undefined ? {} : { confirm: counted(io.confirm) }),
    };
  }

  start(): void {
    this.timer ??= setInterval(() => void this.look(), this.silenceMs / 10);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    const silentMs = this.silentMs();
    if (this.isLooking || silentMs < this.silenceMs || Date.now() - this.lookedAtMs < this.silenceMs) return;
    this.isLooking = true;
    this.lookedAtMs = Date.now();
    const { newsAt } = this.watched.view();
    try {
      const wait = await findWait(this.watched.address());
      const isOver = this.timer === undefined || this.watched.view().newsAt !== newsAt || this.asked > 0;
      if (wait === undefined || isOver) return;
      this.watched.emit({
        type: 'run.waiting',
        what: wait.what,
        remedies: [...wait.remedies],
        silentMs: this.silentMs(),
      });
    } catch {
      // A server that cannot be asked is told by whoever needs it, in its own words.
    } finally {
      this.isLooking = false;
    }
  }

  private silentMs(): number {
    const { newsAt } = this.watched.view();
    return newsAt === '' || this.asked > 0 ? 0 : Math.max(0, Date.now() - Date.parse(newsAt));
  }
}
