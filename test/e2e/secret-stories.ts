import { expect, it } from '@jest/globals';
import type { RunningEnvironment } from './environment.ts';
import type { OpenedVm } from './ssh.ts';

/** No key of a login is in what functions write. @param runs - every run of an environment, with all its answers */
export function secretStories(runs: () => readonly RunningEnvironment[]): void {
  it('has no login key, neither made nor stored, and no token of a session', () => {
    const keys = runs().flatMap(({ client }) => client.answers.flatMap(({ body }) => keyIn(body)));
    expect(keys.length).toBeGreaterThan(5);
    const functions = runs().flatMap(({ deployed, visitor }) => [deployed, ...(visitor ? [visitor.deployed] : [])]);
    const log = functions.flatMap(({ lambda }) => lambda.logLines).join('\n');
    expect(log).toContain('visited a VM');
    expect(keys.filter((key) => log.includes(key))).toEqual([]);
    expect(log).not.toContain('PRIVATE KEY');
  });
}

/** A part of a private key that is on one line, or the token of a session. */
function keyIn(body: Record<string, unknown>): string[] {
  const { privateKey, session } = (body.vm ?? {}) as Partial<OpenedVm>;
  return [privateKey?.split('\n')[1], session?.tokenValue].filter((key) => key !== undefined);
}
