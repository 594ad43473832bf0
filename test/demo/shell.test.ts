// Lines to type: what they say is what a shell reads.
import { resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, test } from 'vitest';
import { demoCommand } from '../../src/demo/shell.js';
import { shellWord } from '../../src/shell-word.js';

test.each(['plain', '', 'with space', "it's", '"$HOME"', '`id`', '*', 'a\\b', '~', '#x', 'two\nlines', '🚀'])(
  '%j is one word for a shell',
  async (word) => {
    const { stdout } = await execa('sh', ['-c', `printf %s ${shellWord(word)}`], {
      stripFinalNewline: false,
    });
    expect(stdout).toBe(word);
  },
);

describe('the line that starts the demo again', () => {
  const usual = resolve('ttm-demo');

  it('is npm run demo for whoever has typed that', () => {
    const command = demoCommand({ npm_lifecycle_event: 'demo' }, usual);
    expect(command()).toBe('npm run demo');
    expect(command('--rollback')).toBe('npm run demo -- --rollback');
    const elsewhere = demoCommand({ npm_lifecycle_event: 'demo' }, '/srv/my demo');
    expect(elsewhere()).toBe(`npm run demo -- --folder '/srv/my demo'`);
    expect(elsewhere('--clean')).toBe(`npm run demo -- --clean --folder '/srv/my demo'`);
  });

  it('is the program itself for everybody else', () => {
    for (const env of [{}, { npm_lifecycle_event: 'test' }]) {
      expect(demoCommand(env, usual)('--clean')).toMatch(/^node \S+\/bin\/ttm-wizard\.js demo --clean$/);
      expect(demoCommand(env, '/srv/d')()).toMatch(/ demo --folder \/srv\/d$/);
    }
  });
});
