// Collects everything that is wrong with what was asked for, so that the person sees all of it at once.
import { EXIT, WizardError, type WizardErrorFields } from '../errors.js';

export class Problems {
  private readonly found: WizardErrorFields[] = [];

  /** Also takes errors that other checks throw; anything but a WizardError of exit 2 or 9 goes on as it is. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof WizardError)) throw error;
      this.found.push(error);
      return undefined;
    }
  }

  add(message: string, remedies: readonly string[] = [], code = 'USAGE'): void {
    this.found.push({ code, message, remedies, exitCode: EXIT.usage });
  }

  /** Something nobody can be asked for; alone it ends with exit 9, among other problems with exit 2. */
  addMissing(message: string, remedies: readonly string[]): void {
    this.found.push({ code: 'ANSWER_NEEDED', message, remedies, exitCode: EXIT.answerNeeded });
  }

  throwIfAny(): void {
    const [first, ...others] = this.found;
    if (first === undefined) return;
    if (others.length === 0) throw new WizardError(first);
    const lines = this.found.map(({ message }) => `\n  - ${message}`).join('');
    const allMissing = this.found.every(({ exitCode }) => exitCode === EXIT.answerNeeded);
    throw new WizardError({
      code: allMissing ? 'ANSWER_NEEDED' : 'USAGE',
      message: `${this.found.length} things keep this from starting:${lines}`,
      remedies: [...new Set(this.found.flatMap(({ remedies }) => remedies ?? []))],
      exitCode: allMissing ? EXIT.answerNeeded : EXIT.usage,
    });
  }
}
