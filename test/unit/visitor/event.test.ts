import { describe, expect, it } from '@jest/globals';
import { visitOf } from '../../../lambda/visitor/event.ts';
import { PRIVATE_KEY, VISITS } from './visits.ts';

const { banner, command, 'host-key': hostKey } = VISITS;
const { login } = command;

function faultOf(event: unknown): string {
  try {
    visitOf(event);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message.replace('the event is not a visit; wrong are ', '');
  }
}

describe('the event of the visitor function', () => {
  it.each(Object.entries(VISITS))('may be a visit by %s', (_, visit) => {
    expect(visitOf(JSON.parse(JSON.stringify(visit)))).toEqual(visit);
  });

  it.each([
    { rule: 'is an object', event: 'banner', places: 'the whole' },
    { rule: 'has a kind that there is', event: { ...banner, kind: 'shell' }, places: 'kind' },
    { rule: 'has a port', event: { ...banner, vm: { ...banner.vm, port: 65_536 } }, places: 'vm.port' },
    { rule: 'has an address', event: { ...banner, vm: { ...banner.vm, ip: '-l root; reboot' } }, places: 'vm.ip' },
    { rule: 'has the id of a VM', event: { ...banner, vm: { ...banner.vm, id: 'vm\n01' } }, places: 'vm.id' },
    { rule: 'asks for a minute at most', event: { ...banner, limitMs: 60_001 }, places: 'limitMs' },
    { rule: 'asks for a time', event: { ...banner, limitMs: 0 }, places: 'limitMs' },
    { rule: 'says which host keys are right', event: { ...hostKey, hostKeys: [] }, places: 'hostKeys' },
    { rule: 'has host keys of SSH', event: { ...hostKey, hostKeys: ['AAAA'] }, places: 'hostKeys.0' },
    { rule: 'has a log-in for a command', event: { ...command, login: undefined }, places: 'login' },
    { rule: 'has a log-in only for a command', event: { ...hostKey, login }, places: 'login' },
    {
      rule: 'has a command of one line',
      event: { ...command, login: { ...login, command: 'a\nb' } },
      places: 'login.command',
    },
    { rule: 'has a login name', event: { ...command, login: { ...login, username: '' } }, places: 'login.username' },
    { rule: 'refuses other fields', event: { ...banner, proxy: 'x' }, places: 'proxy' },
    {
      rule: 'refuses other fields of the VM',
      event: { ...banner, vm: { ...banner.vm, pool: 'x' } },
      places: 'vm.pool',
    },
  ])('$rule', ({ event, places }) => {
    expect(faultOf(event)).toBe(places);
  });

  it('is not quoted by its fault: it holds keys', () => {
    const wrong = { ...command, login: { ...login, privateKey: PRIVATE_KEY.slice(1), certificate: 'MARKED-SECRET' } };
    const fault = faultOf(wrong);
    expect(fault).toBe('login.privateKey, login.certificate');
  });
});
