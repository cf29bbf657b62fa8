/** What of a deployment or of the settings completes a word in the shell. */
export type Completion = 'pools' | 'profiles' | 'vms';

/** An option, as commander writes its flags: `--wait <time>`. */
export interface OptionDeclaration {
  readonly flags: string;
  readonly summary: string;
  /** Reads the value. @throws InvalidArgumentError of commander, which says what would be right */
  readonly parse?: (text: string) => unknown;
  readonly choices?: readonly string[] | undefined;
  readonly isRequired?: boolean;
  readonly byDefault?: string;
  readonly completes?: Completion | undefined;
}

/** An argument, as commander writes it: `<vm>`, `[vm]`, `[command...]`. */
export interface ArgumentDeclaration {
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[] | undefined;
  readonly completes?: Completion | undefined;
}
