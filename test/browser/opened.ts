// A report opened in the browser, with everything written down that it asks for or complains about.
import type { Browser, Page } from 'playwright-core';
import { writePage } from '../../src/output/report-page.js';

export interface Opened {
  readonly page: Page;
  /** Addresses asked for beyond the file itself, messages on the console, errors, and windows that open by themselves. */
  readonly troubles: readonly string[];
}

interface Look {
  readonly width: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Writes `html` to `file` as the wizard does, and opens it; whatever it asks for beyond that is refused. */
export async function open(
  browser: Browser,
  file: string,
  html: string,
  { width, colorScheme = 'light' }: Look,
): Promise<Opened> {
  writePage(file, html);
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const troubles: string[] = [];
  const address = `file://${file}`;
  await context.route('**/*', (route) =>
    route.request().url() === address ? route.continue() : route.abort(),
  );
  page.on('request', (request) => {
    if (request.url() !== address) troubles.push(`asks for ${request.url()}`);
  });
  page.on('console', (message) => troubles.push(`says ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`fails: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`opens a window: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, troubles };
}

/** What stands in the cells of the table so labelled, row by row; line ends within a cell are spaces. */
export async function cellsOf(page: Page, label: string): Promise<string[][]> {
  const rows = page.getByRole('table', { name: label, exact: true }).locator('tbody tr');
  return rows.evaluateAll((found) =>
    found.map((row) =>
      [...row.children].map((cell) =>
        ('innerText' in cell ? String(cell.innerText) : '').replace(/\s+/g, ' ').trim(),
      ),
    ),
  );
}
