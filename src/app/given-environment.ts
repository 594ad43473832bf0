// The environment as the wizard itself was given it. What the screen sets in it for its own libraries is nothing for the programs of the
// admin: a service that inherited NODE_ENV would be another one after the switch-over.

const before = new Map<string, string | undefined>();

/** Sets a variable for this process alone. */
export function setForOurselves(name: string, value: string): void {
  if (!before.has(name)) before.set(name, process.env[name]);
  process.env[name] = value;
}

/** All variables, those with their own value that `setForOurselves` has changed. */
export function givenEnvironment(): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, now] of Object.entries(process.env)) {
    const value = before.has(name) ? before.get(name) : now;
    if (value !== undefined) given[name] = value;
  }
  return given;
}
