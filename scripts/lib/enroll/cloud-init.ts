import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Longest user data that EC2 takes, bytes: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const USER_DATA_BYTES = 16_384;

/**
 * User data of cloud-init that enrolls a VM at its first boot. User data is short, so the script is compressed, and
 * comes without its comments.
 *
 * @param id - of the VM; checked characters
 */
export function cloudConfig(script: string, id: string): string {
  return `#cloud-config
# Enrolls ${id} in vm-pool. Its host keys are printed to /var/log/cloud-init-output.log.
write_files:
  - path: /var/lib/vm-pool/enroll.sh
    permissions: "0700"
    encoding: gz+b64
    content: ${compressed(script)}
runcmd:
  - [sh, /var/lib/vm-pool/enroll.sh, ${JSON.stringify(id)}]
`;
}

/**
 * User data for every instance of an EC2 pool. Each boot prints the host keys to the console, where the service learns
 * them; cloud-init itself prints them at the first boot only. `terraform/user-data.tf` makes the same text.
 *
 * @param pool - its name; checked characters
 */
export function cloudConfigOfPool(script: string, pool: string): string {
  const template = readFileSync(new URL('instance.yaml', import.meta.url), 'utf8');
  return template.replace('${pool}', pool).replace('${script}', compressed(script));
}

/** Without the lines that are comments. `#!` is none. */
function compressed(script: string): string {
  return gzipSync(script.replaceAll(/^ *#(?!!).*\n/gm, ''), { level: 9 }).toString('base64');
}
