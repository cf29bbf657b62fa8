/** A string, with the colon behind it if it is a name, or a bracket. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/**
 * Whether a JSON object gives a name more than once. (`JSON.parse` keeps the last value and says nothing.)
 *
 * @param text - valid JSON whose value is an object
 * @param distinct - how many names its value has
 */
export function repeatsNames(text: string, distinct: number): boolean {
  // Each name has a colon, so with as many colons as names no name repeats. Most bodies end here.
  return colonsIn(text) > distinct && topLevelNames(text).length > distinct;
}

/**
 * Names of the outermost object in the order of the text, repeats included.
 * @param text - as in {@link repeatsNames}
 */
export function topLevelNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token, name, colon] of text.matchAll(TOKEN)) {
    if (name !== undefined) {
      if (depth === 1 && colon !== undefined) names.push(JSON.parse(name) as string);
    } else {
      depth += token === '{' || token === '[' ? 1 : -1;
    }
  }
  return names;
}

function colonsIn(text: string): number {
  let colons = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons += 1;
  return colons;
}
