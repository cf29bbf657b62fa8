import { describe, expect, it } from '@jest/globals';
import { fingerprint, parseHostKey } from '../../../lambda/visitor/host-key.ts';

// The host key of github.com and its fingerprint, as GitHub publishes both:
// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
const LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const PRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';

describe('fingerprint', () => {
  it('is what ssh-keygen prints', () => {
    const { type, blob } = parseHostKey(LINE);
    expect(type).toBe('ssh-ed25519');
    expect(fingerprint(blob)).toBe(PRINT);
  });
});
