// What can be measured of how a page looks: whether anything is cut off at the side, and whether its text can be told from its ground.
import type { Page } from 'playwright-core';

/** The first words of whatever ends beyond `width`, or is wider than what holds it. */
export function sticksOut(page: Page, width: number): Promise<string[]> {
  return page.evaluate((most) => {
    const elements = [...document.body.querySelectorAll('*')].filter((element) => {
      const box = element.getBoundingClientRect();
      // What only a screen reader is told is a point.
      if (box.width <= 1 || box.height <= 1 || element.closest('thead')?.getBoundingClientRect().width === 1)
        return false;
      return box.right > most + 0.5 || box.left < -0.5;
    });
    return elements.map((element) => `${element.tagName}: ${element.textContent.slice(0, 40)}`);
  }, width);
}

/** WCAG 2.2, 1.4.3: text that does not reach 4.5 to 1 against its ground, as `word 3.9`. */
export function lowContrasts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string): number => {
      const [r = 0, g = 0, b = 0] = parse(colour).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return parse(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
    };
    const withText = [...document.body.querySelectorAll('*')].filter((element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      ),
    );
    return withText.flatMap((element) => {
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast < 4.5 ? [`${element.textContent.slice(0, 40)} ${contrast.toFixed(1)}`] : [];
    });
  });
}
