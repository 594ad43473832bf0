// Before the tests: without a browser they end with the line that says what to install, not with one failure each.
import { findChromium } from '../support/chromium.js';

/** Throws when there is no Chromium. */
export function setup(): void {
  findChromium();
}
