// The file for a ticket: all that helps, nothing that must not be in it.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTicket } from '../../src/output/ticket.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-ticket-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ticket = (report = 'run  r1\n', secrets: readonly string[] = []): string => {
  const file = writeTicket({ folder, version: 'ttm-wizard 1.2.3\nNode v22', report, secrets });
  expect(file).toBe(join(folder, 'ticket.txt'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  return readFileSync(file, 'utf8');
};

test('holds versions, report and log', () => {
  writeFileSync(join(folder, 'wizard.log'), '{"msg":"run.started"}\n{"msg":"run.failed"}\n');
  expect(ticket()).toMatchInlineSnapshot(`
    "ttm-wizard 1.2.3
    Node v22

    run  r1

    Log
    {"msg":"run.started"}
    {"msg":"run.failed"}
    "
  `);
});

test('of a run without a log says so', () => {
  expect(ticket()).toMatch(/\nLog\nThere is none\.\n$/);
});

test('holds no password, wherever it stands, and all that is around it', () => {
  const url = 'postgresql://app:hunter2@db.example/moon';
  writeFileSync(
    join(folder, 'wizard.log'),
    `{"a":"${url}","b":"http://127.0.0.1:8000/x answers app@db"} swordfish\n`,
  );
  const text = ticket(`target ${url}\n`, ['swordfish']);
  expect(text).not.toMatch(/hunter2|swordfish/);
  expect(text).toContain('target postgresql://app:***@db.example/moon');
  expect(text).toContain('"b":"http://127.0.0.1:8000/x answers app@db"} ***');
});

test('is made anew each time', () => {
  expect(ticket('first\n')).toContain('first');
  expect(ticket('second\n')).not.toContain('first');
});
