import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsFile, stateFolder } from '../../../scripts/lib/cli/settings/folders.ts';
import { parseSettingsFile } from '../../../scripts/lib/cli/settings/parse.ts';
import { readSettings } from '../../../scripts/lib/cli/settings/settings.ts';
import { NO_HOME } from './command-line.ts';

const FILE = `profile: lab
profiles:
  lab: { url: 'https://lab.example/resources', user: alice, pool: gpu, minutes: 90 }
  prod:
    url: https://prod.example/resources/
    awsProfile: pool
`;

describe('the settings', () => {
  let folder: string;
  let VM_POOL_CONFIG: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
    VM_POOL_CONFIG = path.join(folder, 'config.yml');
    await writeFile(VM_POOL_CONFIG, FILE);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const lab = { url: 'https://lab.example/resources', user: 'alice', pool: 'gpu', minutes: 90 };

  it.each([
    { rule: 'come from the profile that the file names', env: {}, options: {}, settings: lab },
    { rule: 'prefer the environment', env: { VM_POOL_USER: 'bob' }, options: {}, settings: { ...lab, user: 'bob' } },
    { rule: 'ignore an empty variable', env: { VM_POOL_USER: '' }, options: {}, settings: lab },
    {
      rule: 'prefer options to both',
      env: { VM_POOL_USER: 'bob', VM_POOL_URL: 'https://other.example' },
      options: { user: 'carol', url: 'http://127.0.0.1:1/resources' },
      settings: { ...lab, user: 'carol', url: 'http://127.0.0.1:1/resources', urlFrom: '--url' },
    },
    {
      rule: 'take the profile that the environment names',
      env: { VM_POOL_PROFILE: 'prod' },
      options: {},
      settings: { url: 'https://prod.example/resources', awsProfile: 'pool' },
    },
    {
      rule: 'take the profile of the option',
      env: { VM_POOL_PROFILE: 'prod' },
      options: { profile: 'lab' },
      settings: lab,
    },
  ])('$rule', async ({ env, options, settings }) => {
    const world = { env: { ...env, VM_POOL_CONFIG }, home: NO_HOME };
    expect(await readSettings({ color: true, ...options }, world)).toMatchObject(settings);
  });

  it('name the server on this computer where nobody set anything', async () => {
    expect(await readSettings({ color: true }, { env: {}, home: NO_HOME })).toMatchObject({
      url: 'http://127.0.0.1:3000/resources',
      urlFrom: 'the default',
    });
  });

  it.each([
    { env: { VM_POOL_CONFIG: '/nonexistent/file' }, options: {}, says: "the settings file can't be read" },
    { env: {}, options: { profile: 'lba' }, says: 'there is no profile lba in' },
    { env: {}, options: { url: 'vms.example.com' }, says: '--url must be the URL of the API' },
    { env: { VM_POOL_URL: 'https://x?userid=y' }, options: {}, says: 'VM_POOL_URL must be the URL of the API' },
    { env: {}, options: { url: 'https://me:secret@x/y' }, says: 'must not contain a user or a password' },
  ])('refuse $env $options', async ({ env, options, says }) => {
    const world = { env: { VM_POOL_CONFIG, ...env }, home: NO_HOME };
    await expect(readSettings({ color: true, ...options }, world)).rejects.toThrow(says);
  });

  it.each([
    { text: 'profile: lab\nurls: x\n', says: 'f.yml:2: urls is unknown; the settings here are profile, profiles' },
    {
      text: 'profiles:\n  lab:\n    url: https://x\n    usr: alice\n',
      says: 'f.yml:4: profiles.lab.usr is unknown; the settings here are url, user, operator, pool, minutes, awsProfile',
    },
    { text: 'profiles:\n  lab:\n    user: alice\n', says: 'f.yml:2: profiles.lab.url is missing' },
    { text: 'profiles:\n  lab:\n    url: ftp://x\n', says: 'f.yml:3: profiles.lab.url must be an http or https URL' },
    {
      text: 'profiles:\n  lab:\n    url: https://x\n    minutes: two\n    pool: 7\n',
      says: 'f.yml:4: profiles.lab.minutes must be a whole number of minutes, from 1\nf.yml:5: profiles.lab.pool must be a text',
    },
    { text: 'profiles:\n  lab: https://x\n', says: 'f.yml:2: profiles.lab must be a list of settings' },
    { text: '- a\n', says: 'f.yml:1: the file must be a list of settings' },
    { text: 'profile: [\n', says: 'f.yml:2: ' },
    { text: 'profile: a\nprofile: b\n', says: 'f.yml:2: ' },
  ])('name file and line: $says', ({ text, says }) => {
    expect(() => parseSettingsFile(text, 'f.yml')).toThrow(says);
  });

  it('may stand in an empty file', () => {
    expect(parseSettingsFile('# nothing yet\n', 'f.yml')).toEqual({ profiles: {} });
  });

  it('and the state lie where XDG says, if that is a whole path', () => {
    const home = '/home/alice';
    expect(settingsFile({ env: {}, home })).toBe('/home/alice/.config/vm-pool/config.yml');
    expect(settingsFile({ env: { XDG_CONFIG_HOME: '/etc/alice' }, home })).toBe('/etc/alice/vm-pool/config.yml');
    expect(stateFolder({ env: { XDG_STATE_HOME: 'here' }, home })).toBe('/home/alice/.local/state/vm-pool');
  });
});
