// HTML in which nothing can be forgotten to be escaped: whatever a template is filled with is text, unless it was made by another
// template. Everything beyond ASCII becomes a character reference, so that no mail, shell or terminal on its way can spoil it.
import { safe } from '../findings.js';

/** Text that is HTML already. Only templates make it. */
class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}
export type { Markup };

/** Text or number to be shown, finished HTML, or several of one after another. */
type Filling = string | number | Markup | readonly Filling[];

/** `` markup`<b>${text}</b>` ``: fillings stand between tags or inside the double quotes of an attribute, nowhere else. */
export function markup(fixed: TemplateStringsArray, ...fillings: readonly Filling[]): Markup {
  return new Markup(
    fixed.map((part, index) => `${index === 0 ? '' : show(fillings[index - 1] ?? '')}${part}`).join(''),
  );
}

export const NOTHING = markup``;

function show(filling: Filling): string {
  if (filling instanceof Markup) return filling.html;
  return typeof filling === 'object' ? filling.map(show).join('') : escapeText(String(filling));
}

/** Control and format characters are shown as on the terminal, `\u{202e}`: one could turn the order of the letters around. */
function escapeText(text: string): string {
  return safe(text).replace(/[&<>"'`]|[^\p{ASCII}]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
