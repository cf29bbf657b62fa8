import { readFileSync } from 'node:fs';
import type { EnrolledVm } from './vms.ts';

/** Files of the cleaner that the script writes, each by a function `print_FILE`. */
const FILES = ['vm-pool-clean.sh', 'borrower.sh', 'clean.sh', 'check.sh'];

const INTRODUCTION = `#!/bin/sh
# Enrolls a VM of vm-pool: run it as root on the VM, sh enroll.sh [VM_ID]. scripts/enroll has printed it.
set -eu
`;

/**
 * The script that enrolls VMs. It is of plain shell and needs nothing from the network; `main` comes last, so that half
 * a script does nothing.
 *
 * @param keys - public keys of the certificate authority, `TYPE BASE64`
 */
export function enrollScript(vms: readonly EnrolledVm[], keys: readonly string[]): string {
  const printers = FILES.map((file) => printer(`print_${nameOf(file)}`, template(file)));
  const facts = [printer('vms', vms.flatMap(linesOf).join('\n')), printer('trusted_keys', keys.join('\n'))];
  return [INTRODUCTION, ...facts, ...printers, template('enroll.sh').replace(/^# shellcheck .*\n/, '')].join('\n');
}

function linesOf({ id, login, hostKeys }: EnrolledVm): string[] {
  return [`${id} ${login}`, ...hostKeys.filter((key) => key !== '').map((key) => `${id} ${login} ${key}`)];
}

const nameOf = (file: string) => file.replace('.sh', '').replaceAll('-', '_');

function template(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

/** A shell function that prints a text as it is. */
function printer(name: string, text: string): string {
  const end = `END_OF_${name.toUpperCase()}`;
  return `${name}() {\n  cat <<'${end}'\n${text.trimEnd()}\n${end}\n}\n`;
}
