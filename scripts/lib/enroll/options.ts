import { parseArgs } from 'node:util';

/** The command line, or a file that it names, can't be used; one sentence a fault. */
export class OptionsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** What `--help` prints. */
export const HELP = `Prints a script that enrolls VMs: they trust the service's certificates, and clean themselves after each user.

  scripts/enroll --ca CA --inventory FILE > enroll.sh            for every VM of an inventory
  scripts/enroll --ca CA --inventory FILE --vm ID > enroll.sh    for one VM of it
  scripts/enroll --ca CA --inventory FILE --pool NAME > enroll.sh    for each instance of an EC2 pool
  scripts/enroll --ca CA --id ID --login NAME > enroll.sh        for a VM that no inventory has yet

      --ca CA           the service's public keys: a file, or the URL of the API, such as https://.../resources
      --inventory FILE  the inventory, JSON
      --vm ID           only this VM
      --pool NAME       an EC2 pool: the script asks the instance that runs it for its id
      --id ID           id of a VM
      --login NAME      the user that borrowers log in as (tester; that of the pool)
      --cloud-init      cloud-init user data for one VM, or for each instance of an EC2 pool, instead of a script
      --no-root         lines for the authorized_keys of the borrower's user instead: needs no root on the VM
  -h, --help            this text

Run the script as root on each VM, as often as you like: sudo sh enroll.sh [VM_ID]. Without an id it finds the VM by its
host key, or asks EC2. It changes all or nothing, and prints what the inventory should say of the VM. Exit code: 0 printed, 1 the
service did not answer, 2 wrong use.
`;

const OPTIONS = {
  ca: { type: 'string' },
  inventory: { type: 'string' },
  vm: { type: 'string' },
  pool: { type: 'string' },
  id: { type: 'string' },
  login: { type: 'string' },
  'cloud-init': { type: 'boolean', default: false },
  'no-root': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What is printed: a script, user data of cloud-init, or lines of an authorized_keys file. */
export type Form = 'script' | 'cloud-init' | 'authorized-keys';

/** What to print, and for which VMs. */
export interface Options {
  /** A file, or an https URL. */
  readonly ca: string;
  readonly form: Form;
  readonly target: Target;
}

/** VMs of an inventory file: all, one, or the instances of an EC2 pool. */
export interface ListedTarget {
  readonly inventory: string;
  readonly vm: string | undefined;
  readonly pool: string | undefined;
  /** Undefined: as the inventory says. */
  readonly login: string | undefined;
}

/** The VMs of an inventory file, or one that the command line describes. */
export type Target = ListedTarget | { readonly id: string; readonly login: string };

type Values = ReturnType<typeof parse>;

/**
 * Reads the command line.
 *
 * @throws {@link OptionsError} that names every fault
 */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const { ca, inventory, id, vm, pool, login } = values;
  const faults = faultsOf(values);
  if (faults.length > 0 || ca === undefined) throw new OptionsError(faults);
  const target = inventory === undefined ? { id: id ?? '', login: login ?? 'tester' } : { inventory, vm, pool, login };
  return { ca, form: formOf(values), target };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const [fault] = (error as Error).message.split(/[.] |\n/, 1);
    throw new OptionsError([`${fault}; --help shows the options`]);
  }
}

function formOf(values: Values): Form {
  if (values['cloud-init']) return 'cloud-init';
  return values['no-root'] ? 'authorized-keys' : 'script';
}

/** Ids of VMs are principals, and parts of shell scripts. */
const ID = /^[A-Za-z0-9._-]{1,128}$/;
const LOGIN = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Whether a VM can have this id. */
export const isId = (text: string) => ID.test(text);

/** Whether a borrower can log in as this user; never as root. */
export const isLogin = (text: string) => LOGIN.test(text) && text !== 'root';

function faultsOf(values: Values): string[] {
  const { ca } = values;
  const rules: Rule[] = [
    [ca !== undefined, "--ca is missing: a file with the service's public keys, or the URL of its API"],
    ...targetRules(values),
    ...formRules(values),
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}

type Rule = [holds: boolean, fault: string];

function targetRules({ inventory, vm, pool, id, login }: Values): Rule[] {
  return [
    [(inventory === undefined) !== (id === undefined), 'give either --inventory FILE or --id ID'],
    [vm === undefined || inventory !== undefined, '--vm names a VM of an inventory: add --inventory FILE'],
    [pool === undefined || (inventory !== undefined && vm === undefined), '--pool goes with --inventory FILE alone'],
    [
      login === undefined || inventory === undefined || pool !== undefined,
      '--login goes with --id or --pool; listed VMs have a username of their own',
    ],
    [pool === undefined || isId(pool), `--pool must be the name of a pool; not ${JSON.stringify(pool)}`],
    [id === undefined || isId(id), `--id must be 1 to 128 of A-Z a-z 0-9 . _ -; not ${JSON.stringify(id)}`],
    [
      login === undefined || isLogin(login),
      `--login must be a user of lower-case letters, digits, _ and -, and not root; not ${JSON.stringify(login)}`,
    ],
  ];
}

function formRules({ vm, pool, id, 'cloud-init': cloudInit, 'no-root': noRoot }: Values): Rule[] {
  const oneVm = vm ?? id ?? pool;
  return [
    [!(cloudInit && noRoot), '--cloud-init and --no-root exclude each other'],
    [!cloudInit || oneVm !== undefined, '--cloud-init is for one VM: add --vm ID, or --pool NAME'],
    [!noRoot || pool === undefined, '--no-root needs the id of a VM: give --id INSTANCE_ID instead of --pool'],
  ];
}
