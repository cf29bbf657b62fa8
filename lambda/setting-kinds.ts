/** One environment variable that the function reads. */
export interface Setting<Value = unknown> {
  /** As it would stand in the environment. Undefined: the setting is required. */
  readonly default?: string;
  /** Read and checked only where it is needed. */
  readonly onlyWith?: Need;
  /** Every value it can have. */
  readonly choices?: readonly string[];
  /** Smallest and largest number. */
  readonly bounds?: { readonly min: number; readonly max: number };
  /** What a value must be: `must be ...`. */
  readonly rule: string;
  /** @returns undefined when the text breaks the rule */
  readonly parse: (text: string) => Value | undefined;
}

/** What makes a setting needed. */
export interface Need {
  /** In words: `STORE is dynamodb`. */
  readonly words: string;
  readonly isMet: (env: Environment) => boolean;
}

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a declaration says beside the kind of its values. */
export type SettingFacts = Pick<Setting, 'onlyWith' | 'default'>;

/** A setting with one of a few values. */
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  facts: SettingFacts & { readonly default: Choice },
): Setting<Choice> {
  const parse = (text: string) => choices.find((value) => value === text);
  return { ...facts, choices, rule: `must be ${choices.join(' or ')}`, parse };
}

/** A setting that is a whole number. */
export function wholeNumber(min: number, max: number, facts: SettingFacts): Setting<number> {
  const parse = (text: string) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return { ...facts, bounds: { min, max }, rule: `must be a whole number from ${min} to ${max}`, parse };
}

/** A setting that is a list with commas; spaces around an item do not count. An empty text is an empty list. */
export function list(item: RegExp, rule: string, facts: SettingFacts = {}): Setting<readonly string[]> {
  const parse = (text: string) => {
    const items = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const isEmptyOrFilled = text.trim() === '' || items.length > 0;
    return isEmptyOrFilled && items.every((part) => item.test(part)) ? items : undefined;
  };
  return { default: '', ...facts, rule, parse };
}

/** A setting that is a text. */
export function text(pattern: RegExp, rule: string, facts: SettingFacts): Setting<string> {
  return { ...facts, rule, parse: (value) => (pattern.test(value) ? value : undefined) };
}
