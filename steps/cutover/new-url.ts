// The URL that the env files get, and how it is kept out of what is said and written down.
import { applicationUrl } from '../../src/app/app-url.js';
import { redactText } from '../../src/run/journal.js';
import type { StepContext } from '../../src/run/step.js';
import { targetPassword } from '../../src/target/connect.js';

export async function urlFor({ options }: Pick<StepContext, 'options'>): Promise<string> {
  return applicationUrl(options.target, await targetPassword(options.target));
}

/** An application that cannot start may print its URL, which services and probes then quote. */
export async function withoutUrl(context: Pick<StepContext, 'options'>, text: string): Promise<string> {
  const password = (await targetPassword(context.options.target)) ?? '';
  const url = await urlFor(context);
  const encoded = /^[^:]+:\/\/[^:@]*:([^@]*)@/.exec(url)?.[1] ?? '';
  // One or two characters are no secret, and part of every other text.
  const secrets = [encoded, encodeURIComponent(password), password].filter((secret) => secret.length > 2);
  return redactText(text, secrets);
}
