import { getInput } from '@actions/core';
import { durationMs } from '../duration.ts';

/** What the workflow asks for. Everything in it may be logged. */
export interface Inputs {
  /** Base URL of the API, without a slash at its end. */
  readonly url: string;
  /** Parameters of `POST /getvm`, but for the user. */
  readonly wish: { readonly pool?: string; readonly minutes: number };
  /** How long to wait for a free VM. */
  readonly waitMs: number;
  readonly user?: string;
  readonly audience: string;
}

/** An input can't be understood. */
export class InputWrong extends Error {}

/** Reads the inputs of the action. @throws {@link InputWrong} that names the input */
export function readInputs(): Inputs {
  return {
    url: readUrl(),
    wish: { ...given('pool'), minutes: readMinutes() },
    waitMs: readWait(),
    ...given('user'),
    audience: getInput('audience'),
  };
}

function given<Name extends string>(name: Name): Partial<Record<Name, string>> {
  const value = getInput(name);
  return value === '' ? {} : ({ [name]: value } as Record<Name, string>);
}

function readUrl(): string {
  const url = getInput('url');
  if (/^https?:[/][/][^?#]+$/.test(url) && URL.canParse(url)) return url.replace(/[/]+$/, '');
  throw new InputWrong(`url must be the URL of the API, such as https://.../resources; it is "${url}"`);
}

function readMinutes(): number {
  const minutes = getInput('minutes');
  if (/^[1-9]\d{0,5}$/.test(minutes)) return Number(minutes);
  throw new InputWrong(`minutes must be a whole number from 1; it is "${minutes}"`);
}

function readWait(): number {
  const wait = getInput('wait');
  const waitMs = wait === '0' ? 0 : durationMs(wait);
  if (waitMs !== undefined) return waitMs;
  throw new InputWrong(`wait must be a time such as 90s, 10m or 2h; it is "${wait}"`);
}
