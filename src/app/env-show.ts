// What may be shown of a change to an env file: the key's own lines with every password masked, and remarks about readers
// that will not see the value. No other line of the file is shown: they hold other secrets.
import { isUtf8 } from 'node:buffer';
import { assignmentsOf } from './env-file.js';
import { type Assignment, statementsOf } from './env-lines.js';

/** `text` with `***` for each password in a URL or after `password=`. Masks rather too much than too little. */
export function maskPasswords(text: string): string {
  return (
    text
      // Up to the last @, since an old password may hold unencoded @, / and spaces.
      .replace(/(:\/\/[^:/\s]*:).*@/gs, '$1***@')
      .replace(/(\bpassword=)[^&\s'"]*/gi, '$1***')
  );
}

/** Lines `- old` and `+ new` of the key's assignments that differ; empty when nothing changes. */
export function diffOf(before: Buffer, after: Buffer, key: string): string[] {
  const was = shownAssignments(before, key);
  const is = shownAssignments(after, key);
  return is.flatMap(({ text, raw }, index) => {
    // A change in place keeps the number of assignments; else the one added is the only one.
    const old = was[index];
    if (old?.raw === raw) return [];
    return [...(old?.text ?? []).map((line) => `- ${line}`), ...text.map((line) => `+ ${line}`)];
  });
}

function shownAssignments(contents: Buffer, key: string): { raw: string; text: string[] }[] {
  return assignmentsOf(contents, key).map((one) => {
    const raw = contents.toString('latin1', one.start, one.end);
    const text = maskPasswords(Buffer.from(raw, 'latin1').toString('utf8')).replace(/[\r\n]+$/, '');
    // Control characters in a file must not reach the terminal.
    return { raw, text: text.split(/\r\n|\n|\r/).map((line) => line.replace(/\p{Cc}/gu, '?')) };
  });
}

/** What a person should know about the key's lines in the file as it will be, a sentence each. */
export function remarksOn(contents: Buffer, key: string): string[] {
  const all = assignmentsOf(contents, key);
  const last = all.at(-1);
  if (last === undefined) return [];
  const isSeenBySystemd = all.some((one) => !one.isExported && !one.isMarked);
  const isSeenByBash = all.some((one) => !one.hasSpaces && !one.isMarked);
  return [
    ...(isSeenBySystemd
      ? []
      : [
          `line ${last.line} begins with ${last.isMarked ? 'a byte order mark' : 'export'}: systemd passes it over`,
        ]),
    ...(isSeenByBash || last.isMarked
      ? []
      : [`line ${last.line} has spaces around the =: bash cannot source it`]),
    ...(last.hasComment
      ? [`line ${last.line} ends in a comment: systemd takes that for a part of the value`]
      : []),
    ...(endsInCrlf(contents, last)
      ? [`line ${last.line} ends in CR LF: bash takes the CR for a part of the value`]
      : []),
    ...(isUtf8(contents)
      ? []
      : ['the file is not valid UTF-8: python-dotenv refuses it, and systemd when it is in a value']),
    ...duplicates(all, last),
    ...hidden(contents, all, last),
  ];
}

function endsInCrlf(contents: Buffer, one: Assignment): boolean {
  return contents.toString('latin1', one.start, one.end).endsWith('\r\n');
}

function duplicates(all: readonly Assignment[], last: Assignment): string[] {
  const others = all.filter((one) => one !== last && one.value !== last.value);
  return others.map((one) => `line ${one.line} sets ${one.key} too and is left: line ${last.line} wins`);
}

/** Lines that change for one reader what the key's own lines say. */
function hidden(contents: Buffer, all: readonly Assignment[], last: Assignment): string[] {
  const text = contents.toString('latin1');
  // The bare name, or the name at the start of a continued line: to dotenv both are settings, the first one an empty one.
  const forDotenv = new RegExp(`(?:^|\\\\\n)[ \\t]*(?:export[ \\t]+)?${last.key}[ \\t]*(?:=|[\r\n]|$)`);
  return statementsOf(text).flatMap((one) => {
    const raw = text.slice(one.start, one.end);
    const isOwn = one.kind === 'assignment' && one.key === last.key;
    if (one.kind !== 'comment' && !isOwn && one.start > last.start && forDotenv.test(raw))
      return [`line ${one.line} sets ${last.key} for python-dotenv, and wins there`];
    const hides =
      one.kind === 'comment' && /\\\r?\n?$/.test(raw) && all.some(({ start }) => start === one.end);
    return hides
      ? [`line ${one.line} ends in a backslash: systemd before 254 takes the next line for a comment`]
      : [];
  });
}
