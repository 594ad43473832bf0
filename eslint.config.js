// The house rules that a machine can check: strict types, and which room may import what (ARCHITECTURE.md).
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }],
});

const ui = [
  ['ink', 'ink-*', 'react', 'react/*', '**/components/**'],
  'The engine and the steps know nothing of the screen.',
];

const byNode =
  'Which better-sqlite3 this Node needs is known to src/source/sqlite-driver.ts: import { Database } from there.';
const onlyThroughTheDriver = {
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: ['better-sqlite3', 'better-sqlite3-napi'].map((name) => ({
        name,
        message: byNode,
        allowTypeImports: true,
      })),
    },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'ImportExpression[source.value=/^better-sqlite3/]', message: byNode },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'eslint.config.js', 'bin/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$', argsIgnorePattern: '^_' }],
      'no-console': 'error',
      ...onlyThroughTheDriver,
    },
  },
  { files: ['src/**/*.ts'], ...{ rules: forbid(ui) } },
  {
    files: ['steps/**/*.ts'],
    rules: forbid(ui, [
      ['@inquirer/*', '**/output/**', '!**/output/format.js'],
      'A step emits events; it neither prints nor asks.',
    ]),
  },
  {
    files: ['src/**/*.ts', 'steps/**/*.ts', 'components/**/*.tsx'],
    ignores: ['src/cli.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only src/cli.ts ends the process.' },
      ],
    },
  },
  {
    files: ['components/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...forbid([
        ['pg', 'pg-*', 'better-sqlite3', 'fs', 'node:*', '**/source/**', '**/target/**', '**/steps/**'],
        'A screen is a pure function of the view.',
      ]),
      'no-restricted-globals': ['error', 'process', 'Date'],
    },
  },
);
