import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ordered } from '../../../../lambda/pool/orders.ts';
import { hostKeysOnConsole } from '../../../../lambda/providers/ec2/host-keys.ts';
import { fingerprintOf, isHostKey } from '../../../../lambda/providers/inventory/host-key.ts';
import { checked, ec2World, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { consoleOf } from '../../../support/providers/fake-ec2.ts';
import { inventoryText, newHostKey } from '../../../support/providers/inventory.ts';
import { checkingStatus } from '../../../support/providers/static-world.ts';
import { changed, untilChecked } from '../../../support/providers/upkeep-of-one.ts';

const ID = 'i-01';
const [OLD, NEW] = [newHostKey(), newHostKey()];
const RSA = `ssh-rsa ${rsaBlob()}`;

/** RFC 4253, section 6.6: an exponent of 65537 and a modulus of 2048 bits. */
function rsaBlob(): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 255]), bytes]);
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(256, 255)]);
  return Buffer.concat([field(Buffer.from('ssh-rsa')), field(Buffer.from([1, 0, 1])), field(modulus)]).toString(
    'base64',
  );
}

describe('host keys on the console', () => {
  it.each([
    { what: 'those that cloud-init prints', output: consoleOf([OLD, NEW]), hostKeys: [OLD, NEW] },
    { what: 'those of the last block', output: `${consoleOf([OLD])}\n${consoleOf([NEW])}`, hostKeys: [NEW] },
    {
      what: 'those of the last whole block, since the console may end within one',
      output: `${consoleOf([OLD])}\n${consoleOf([NEW]).split('-----END')[0]}`,
      hostKeys: [OLD],
    },
    { what: 'each once', output: consoleOf([OLD, OLD]), hostKeys: [OLD] },
    {
      what: 'behind what a kernel or a service puts before them',
      output: consoleOf([`[   33.1] cloud-init[99]: ${OLD}`]),
      hostKeys: [OLD],
    },
    { what: 'no RSA key where there is another', output: consoleOf([RSA, OLD]), hostKeys: [OLD] },
    { what: 'an RSA key where there is nothing else', output: consoleOf([RSA]), hostKeys: [RSA] },
    { what: 'none in a text without a block', output: `ssh-host: ${OLD}`, hostKeys: [] },
    { what: 'none that is no key', output: consoleOf(['ssh-ed25519 AAAA', 'ssh-dss AAAA', 'x']), hostKeys: [] },
    { what: 'none at first', output: '', hostKeys: [] },
  ])('are $what', ({ output, hostKeys }) => {
    expect(hostKeysOnConsole(output)).toEqual(hostKeys);
  });

  it('are never more than five, and all sound, whatever a VM prints', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(consoleOf([OLD]), consoleOf([RSA]), '-----BEGIN SSH HOST KEY KEYS-----', OLD, '\n', ' '),
      fc.array(fc.constant(0), { maxLength: 9 }).map((many) => consoleOf(many.map(newHostKey))),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const hostKeys = hostKeysOnConsole(pieces.join(''));
        expect(hostKeys.length).toBeLessThanOrEqual(5);
        expect(hostKeys.every(isHostKey)).toBe(true);
      }),
    );
  });
});

describe('the host keys of an instance', () => {
  function worldOf(shown: string) {
    const lab = { access: 'certificate', check: 'host-key', reset: 'none', ec2: { username: 'ubuntu' } };
    const world = ec2World(inventoryText([], { lab }));
    world.ec2.add(ID, { [TAGS.pool]: 'lab' }, { hostKeys: [NEW], console: shown });
    return world;
  }

  it('are learnt from the console once the VM proves that it has one of them', async () => {
    const world = worldOf(consoleOf([OLD, NEW]));
    expect(await checked(world, { vm: await vmIn(world, ID) })).toEqual({ passed: true, hostKeys: [OLD, NEW] });
  });

  it('are not asked for again', async () => {
    const world = worldOf('');
    const vm = { ...(await vmIn(world, ID)), hostKeys: [NEW] };
    expect(await checked(world, { vm })).toEqual({ passed: true });
    expect(world.ec2.calls.join()).not.toContain('consoleOutput');
  });

  it.each([
    { what: 'shows none', shown: '', reason: 'the console of the instance shows no host keys yet' },
    {
      what: 'shows those of another machine',
      shown: consoleOf([OLD]),
      reason: 'the console shows other host keys: wrong',
    },
  ])('are waited for while the console $what, and then the VM is quarantined', async ({ shown, reason }) => {
    const world = worldOf(shown);
    const { status } = await untilChecked(world, checkingStatus(await vmIn(world, ID)));
    expect(status).toMatchObject({
      state: 'quarantined',
      reason: expect.stringContaining(`gave up waiting: ${reason}`),
    });
    expect(status.vm.hostKeys).toBeUndefined();
  });

  it('are wrong when the VM shows others than it had: nothing is learnt then', async () => {
    const world = worldOf(consoleOf([NEW]));
    const vm = { ...(await vmIn(world, ID)), hostKeys: [OLD] };
    expect(await checked(world, { vm })).toMatchObject({
      passed: false,
      reason: expect.stringMatching(/^wrong host key: /),
    });
  });

  it('are learnt anew when an operator returns a VM that has others by now', async () => {
    const world = worldOf(consoleOf([NEW]));
    const vm = { ...(await vmIn(world, ID)), hostKeys: [OLD] };
    const { status: out } = await untilChecked(world, checkingStatus(vm));
    expect(out).toMatchObject({ state: 'quarantined', reason: expect.stringMatching(/^wrong host key: /) });
    expect(await world.provider.hostKeys(out.vm)).toEqual([fingerprintOf(NEW)]);
    const returned = changed(out, ordered(out, 'return', 'new disk', world.nowMs / 1_000));
    const { status } = await untilChecked(world, returned);
    expect(status).toMatchObject({ state: 'free', vm: { ...vm, hostKeys: [NEW] } });
  });
});
