import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../../scripts/lib/server/settings.ts';

describe('readSettings', () => {
  it.each([{}, { HOST: '', PORT: '', ADMIN_USERS: '' }])('serves this computer at port 3000 with %j', (env) => {
    expect(readSettings([], env)).toEqual({ host: '127.0.0.1', port: 3000, tableFolder: undefined, warnings: [] });
  });

  it.each(['localhost', '127.0.0.2', '::1'])('accepts HOST=%s without a warning, also with operators', (HOST) => {
    expect(readSettings([], { HOST, ADMIN_USERS: 'ops' })).toMatchObject({ host: HOST, warnings: [] });
  });

  it.each(['0.0.0.0', '::', '192.0.2.7'])('warns of HOST=%s, which others can reach', (HOST) => {
    expect(readSettings([], { HOST })).toMatchObject({
      host: HOST,
      warnings: [`everybody who can reach ${HOST} can borrow VMs and read the keys of all users`],
    });
    expect(() => readSettings([], { HOST, ADMIN_USERS: 'ops' })).toThrow('ADMIN_USERS works only if');
  });

  it('ignores a HOST that is a name: shells and compilers set it', () => {
    expect(readSettings([], { HOST: 'my-laptop.example', ADMIN_USERS: 'ops' })).toMatchObject({
      host: '127.0.0.1',
      warnings: ['HOST=my-laptop.example is not an IP address and has no effect'],
    });
  });

  it.each(['x', '-1', '65536', '3000.5', ' 3000', '0x1'])('refuses PORT=%s', (PORT) => {
    expect(() => readSettings([], { PORT })).toThrow(`PORT must be a whole number from 0 to 65535, not ${PORT}`);
  });

  it.each([
    { args: ['--dynamodb-local'], tableFolder: '.cache/dynamodb-local' },
    { args: ['--table-folder', '/tmp/leases'], tableFolder: '/tmp/leases' },
    { args: ['--dynamodb-local', '--table-folder=leases'], tableFolder: 'leases' },
  ])('keeps the table in a folder with $args', ({ args, tableFolder }) => {
    expect(readSettings(args, {})).toMatchObject({ tableFolder });
  });

  it.each([['--dynamo'], ['leases'], ['--table-folder']])('points to --help for %s', (arg) => {
    expect(() => readSettings([arg], {})).toThrow('npm start -- --help shows the options');
  });

  it.each(['--help', '-h'])('shows the help for %s', (arg) => {
    expect(readSettings([arg], {})).toBe('help');
  });
});
