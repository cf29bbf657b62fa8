import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../../scripts/lib/server/settings.ts';
import { optionsOf } from '../../../scripts/lib/server/token-settings.ts';

const TOKENS = from('https://id.example');

function from(issuer: string): string[] {
  return ['--issuer', issuer, '--audience', 'a'];
}

describe('readSettings', () => {
  it.each([{}, { HOST: '', PORT: '', ADMIN_USERS: '' }])('serves this computer at port 3000 with %j', (env) => {
    expect(readSettings([], env)).toEqual({
      host: '127.0.0.1',
      port: 3000,
      tableFolder: undefined,
      vms: undefined,
      tokens: undefined,
      metricsToken: undefined,
      warnings: [],
    });
  });

  it.each([
    { METRICS_TOKEN: 'token', INIT_CWD: '/home/alice', metricsToken: '/home/alice/token' },
    { METRICS_TOKEN: '/etc/token', INIT_CWD: '/home/alice', metricsToken: '/etc/token' },
    { METRICS_TOKEN: 'ssm:/vm-pool/token', metricsToken: 'ssm:/vm-pool/token' },
    { METRICS_TOKEN: '', metricsToken: undefined },
  ])('finds the token of the metrics where npm was called: $METRICS_TOKEN', ({ metricsToken, ...env }) => {
    expect(readSettings([], env)).toMatchObject({ metricsToken });
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

  it.each(['https://id.example', 'https://id.example/tenant/', 'http://127.0.0.1:8080', 'http://localhost'])(
    'accepts tokens of %s for each audience',
    (issuer) => {
      const args = ['--issuer', issuer, '--audience', 'a', '--audience=b'];
      expect(readSettings(args, {})).toMatchObject({ tokens: { issuer, audiences: ['a', 'b'] } });
      expect(readSettings(args, { AUTHORIZATION: 'jwt', ADMIN_USERS: '' })).toMatchObject({ tokens: { issuer } });
    },
  );

  it('warns of plain HTTP instead of strangers when callers need a token', () => {
    expect(readSettings(TOKENS, { HOST: '0.0.0.0' })).toMatchObject({
      host: '0.0.0.0',
      warnings: ['tokens and keys travel to and from 0.0.0.0 unencrypted; put a TLS proxy before it'],
    });
  });

  it.each([
    { fault: 'an issuer alone', args: ['--issuer', 'https://id.example'], says: '--issuer needs --audience' },
    { fault: 'an audience alone', args: ['--audience', 'a'], says: '--audience needs --issuer' },
    { fault: 'an empty issuer', args: ['--issuer=', '--audience', 'a'], says: '--audience needs --issuer' },
    { fault: 'an empty audience', args: [...TOKENS, '--audience='], says: '--issuer needs --audience' },
    { fault: 'an issuer over HTTP', args: from('http://id.example'), says: 'must be an https URL, not "http://id' },
    { fault: 'an issuer that is a name', args: from('id.example'), says: 'must be an https URL, not "id.example"' },
    { fault: 'an issuer that looks local', args: from('http://127.0.0.1.evil.example'), says: 'must be an https URL' },
    { fault: 'a query', args: from('https://id.example?a=1'), says: 'without user, query or fragment' },
    { fault: 'a user', args: from('https://a:b@id.example'), says: 'without user, query or fragment' },
    { fault: 'an unknown authorization', env: { AUTHORIZATION: 'oidc' }, says: 'but AUTHORIZATION is oidc' },
    { fault: 'no folder', args: ['--table-folder='], says: '--table-folder needs a folder' },
    { fault: 'operators by name', env: { ADMIN_USERS: 'ops' }, says: 'ADMIN_USERS and --issuer exclude each other' },
    { fault: 'no authorization', env: { AUTHORIZATION: 'none' }, says: '--issuer means AUTHORIZATION=jwt' },
    { fault: 'signatures of AWS', env: { AUTHORIZATION: 'iam' }, says: 'AUTHORIZATION=iam works on AWS only' },
    { fault: 'signatures of AWS', args: [], env: { AUTHORIZATION: 'iam' }, says: 'AUTHORIZATION=iam works on AWS' },
    { fault: 'tokens of nobody', args: [], env: { AUTHORIZATION: 'jwt' }, says: 'needs --issuer and --audience' },
  ])('refuses $fault with $args $env', ({ args = TOKENS, env = {}, says }) => {
    expect(() => readSettings(args, env)).toThrow(says);
  });

  it.each([['--dynamo'], ['leases'], ['--table-folder']])('points to --help for %s', (arg) => {
    expect(() => readSettings([arg], {})).toThrow('npm start -- --help shows the options');
  });

  it.each(['--help', '-h'])('shows the help for %s', (arg) => {
    expect(readSettings([arg], {})).toBe('help');
  });
});

describe('readSettings, about VMs', () => {
  it.each([
    { args: ['--demo-vms', '3'], vms: { demoVms: 3 } },
    { args: ['--inventory', 'vms.json'], vms: { inventory: 'vms.json' } },
  ])('lends those of $args', ({ args, vms }) => {
    expect(readSettings(args, {})).toMatchObject({ vms });
  });

  it.each([
    { args: ['--demo-vms', '0'], says: '--demo-vms must be a whole number from 1 to 99, not 0' },
    { args: ['--demo-vms', '1e1'], says: '--demo-vms must be a whole number from 1 to 99, not 1e1' },
    { args: ['--inventory', ''], says: '--inventory needs a file, such as vms.json' },
    { args: ['--inventory', 'a', '--demo-vms', '1'], says: '--demo-vms and --inventory exclude each other' },
  ])('refuses $args', ({ args, says }) => {
    expect(() => readSettings(args, {})).toThrow(says);
  });
});

describe('optionsOf', () => {
  it('names the inventory first', () => {
    const tokens = { issuer: 'https://id.example', audiences: ['a'] };
    const options = " -- --inventory '/a b/vms.json' --issuer https://id.example --audience a";
    expect(optionsOf(tokens, '/a b/vms.json')).toBe(options);
  });

  it.each([
    { tokens: undefined, options: '' },
    {
      tokens: { issuer: 'https://id.example/a', audiences: ['api://vm-pool', 'b'] },
      options: ' -- --issuer https://id.example/a --audience api://vm-pool --audience b',
    },
    { tokens: { issuer: 'https://id.example', audiences: ["o'b $x"] }, options: /--audience 'o'\\''b \$x'$/ },
  ])('writes $tokens for a shell', ({ tokens, options }) => {
    expect(optionsOf(tokens)).toEqual(typeof options === 'string' ? options : expect.stringMatching(options));
  });
});
