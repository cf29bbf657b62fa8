/** Puts a colour around a text, or nothing where none is wanted. */
export type Paint = (colour: Colour, text: string) => string;

/** The colours in use. */
export type Colour = keyof typeof SGR;

const SGR = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** @param coloured - whether the reader can see colours */
export function painter(coloured: boolean): Paint {
  return coloured ? (colour, text) => `\u001b[${SGR[colour]}m${text}\u001b[0m` : (_colour, text) => text;
}

/** Colours are for eyes: only on a terminal, and only when nobody has asked for none (https://no-color.org). */
export function wantsColour(output: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

// Control characters, and those that turn the direction of writing or end a line elsewhere than at a line feed.
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Escapes every character that would act on the terminal or fool the reader: a log holds what strangers sent.
 *
 * @param kept - characters to leave alone, such as line feeds
 */
export function visible(text: string, kept = ''): string {
  return text.replace(UNSEEN, (character) => (kept.includes(character) ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
