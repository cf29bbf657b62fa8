/** The part of a pool's entry for which EC2 instances are its VMs: those with the tag `vm-pool:pool = NAME`. */
import * as v from 'valibot';
import { isCron } from './cron.ts';
import { choice, described, entry, hostKeys, list, port, text, username, wholeNumber } from './fields.ts';

/** Most VMs that a pool may have run at all times. */
const MOST_RUNNING = 10_000;

const CRON_RULE = 'must be five fields: minute, hour, day of the month, month, day of the week, such as "0 8 * * 1-5"';
const TIMEZONE_RULE = 'must be a time zone such as "Europe/Berlin" or "UTC"';

const minRunning = wholeNumber(0, MOST_RUNNING);

const change = entry(
  {
    cron: described(
      v.pipe(v.string(CRON_RULE), v.check(isCron, CRON_RULE)),
      'When the change comes, as crontab(5) writes it.',
    ),
    minRunning: described(minRunning, 'Free VMs that run from then on.'),
  },
  'must be an object with cron and minRunning',
);

const schedule = entry(
  {
    timezone: v.optional(
      described(
        v.pipe(text(/^[A-Za-z][A-Za-z0-9/_+-]{0,63}$/, TIMEZONE_RULE), v.check(isTimezone, TIMEZONE_RULE)),
        'Where the times of the changes hold.',
      ),
      'UTC',
    ),
    changes: described(list(change, 1, 50, 'changes'), 'The last one that has come counts.'),
  },
  'must be an object with changes',
);

/** How a pool finds its instances, and how many of them run. */
export const ec2Pool = entry(
  {
    address: v.optional(
      described(
        choice(['private-ip', 'public-ip', 'private-dns', 'public-dns']),
        'Which address of an instance borrowers and the service use.',
      ),
      'private-ip',
    ),
    username: described(username, 'Login name of the borrowers, where no tag of an instance says another.'),
    port: v.optional(described(port, 'TCP port of the SSH server, where no tag of an instance says another.'), 22),
    hostKeys: v.optional(
      described(
        v.union([v.literal('console'), hostKeys], 'must be "console" or a list of 1 to 10 public host keys'),
        'Where the host keys of an instance are: those of the AMI, or what cloud-init prints on the console.',
      ),
      'console',
    ),
    minRunning: v.optional(
      described(minRunning, 'Free VMs that run at any time; the others are stopped. By default all run.'),
    ),
    idleMinutes: v.optional(
      described(wholeNumber(1, 10_080), 'How long a VM must be free before it is stopped. By default 15.'),
    ),
    schedule: v.optional(described(schedule, 'Other numbers of running VMs at other times, such as working hours.')),
  },
  'must be an object with username',
);

/** The part of a pool that says which EC2 instances are its VMs, with its defaults filled in. */
export type Ec2Pool = v.InferOutput<typeof ec2Pool>;

/** Whether this computer knows a time zone. */
function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
