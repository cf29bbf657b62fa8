import { expect, it, jest } from '@jest/globals';

jest.unstable_mockModule('../../../lambda/visitor/ssh.ts', () => {
  throw new Error("Cannot find module 'ssh.mjs'");
});

it('blames no VM when its own SSH client is missing, as after another build', async () => {
  const { visit } = await import('../../../lambda/visitor/visit.ts');
  const vm = { id: 'vm-01', ip: '127.0.0.1', port: 1 };
  await expect(visit({ vm, kind: 'host-key', hostKeys: [], limitMs: 1_000 })).rejects.toThrow('Cannot find module');
});
