import { describe, expect, it } from '@jest/globals';
import { OptionsError, parseOptions } from '../../../scripts/lib/log-in/options.ts';

const URL = 'http://127.0.0.1:3000/resources';

describe('parseOptions', () => {
  it.each([
    { args: [URL], options: { url: URL, words: [] } },
    { args: [`${URL}/`, '--user', 'alice'], options: { url: URL, user: 'alice', words: [] } },
    { args: ['--user=alice', URL, '--', 'ls', '-l'], options: { url: URL, user: 'alice', words: ['ls', '-l'] } },
    { args: [URL, '--', '-L', '1:a:2'], options: { url: URL, words: ['-L', '1:a:2'] } },
    { args: [URL, '--', '--help'], options: { url: URL, words: ['--help'] } },
  ])('reads $args', ({ args, options }) => {
    expect(parseOptions(args)).toEqual(options);
  });

  it.each(['--help', '-h'])('shows help with %s', (arg) => {
    expect(parseOptions([arg])).toBe('help');
  });

  it.each([
    { args: [], says: 'give one API_URL' },
    { args: [URL, URL], says: 'give one API_URL' },
    { args: ['vms.example.com'], says: 'API_URL must be a URL that ends with its path, such as /resources' },
    { args: [`${URL}?userid=alice`], says: 'API_URL must be a URL that ends with its path' },
    { args: [URL, '--port', '22'], says: "Unknown option '--port'; --help shows the options" },
  ])('refuses $args', ({ args, says }) => {
    expect(() => parseOptions(args)).toThrow(OptionsError);
    expect(() => parseOptions(args)).toThrow(says);
  });
});
