// Services that say which of them are waited for, when they take long to stop or to start.
import type { Emit } from '../events.js';
import { tellWhile } from '../run/tell-while.js';
import type { Wait } from '../target/waits.js';
import type { Services } from './services.js';

/** The same services; `silenceMs` is how long nothing is said. */
export function tellingServices(services: Services, emit: Emit, silenceMs?: number): Services {
  const waitFor = async (verb: 'stop' | 'start'): Promise<Wait> => {
    const units = verb === 'stop' ? await services.running() : [];
    return {
      what: `${units.length === 0 ? services.describe : units.join(', ')} to ${verb}`,
      remedies: units.flatMap((unit) => [`systemctl status ${unit}`, `journalctl -u ${unit} -n 50`]),
    };
  };
  return {
    ...services,
    stop: () =>
      tellWhile(
        emit,
        () => waitFor('stop'),
        () => services.stop(),
        silenceMs,
      ),
    start: () =>
      tellWhile(
        emit,
        () => waitFor('start'),
        () => services.start(),
        silenceMs,
      ),
  };
}
