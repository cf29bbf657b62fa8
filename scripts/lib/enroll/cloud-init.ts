import { gzipSync } from 'node:zlib';

/** Longest user data that EC2 takes, bytes: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const USER_DATA_BYTES = 16_384;

/**
 * User data of cloud-init that enrolls a VM at its first boot. The script is compressed, since user data is short.
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
    content: ${gzipSync(script, { level: 9 }).toString('base64')}
runcmd:
  - [sh, /var/lib/vm-pool/enroll.sh, ${JSON.stringify(id)}]
`;
}
