import type { Visit } from '../../../lambda/pool/visit.ts';

export const PRIVATE_KEY = '-----BEGIN PRIVATE KEY-----\nMARKED-SECRET\n-----END PRIVATE KEY-----\n';

/** Events as the main function sends them. */
export const VISITS = {
  banner: { vm: { id: 'vm-01', ip: '10.0.0.1', port: 22 }, kind: 'banner', hostKeys: [], limitMs: 5_000 },
  'host-key': {
    vm: { id: 'vm-01', ip: '::1', port: 22 },
    kind: 'host-key',
    hostKeys: ['ssh-ed25519 AAAA'],
    limitMs: 1,
  },
  command: {
    vm: { id: 'vm-01', ip: 'vm-01.example.com', port: 65_535 },
    kind: 'command',
    hostKeys: ['ssh-rsa AAAA', 'ecdsa-sha2-nistp256 AA=='],
    login: {
      username: 'root',
      privateKey: PRIVATE_KEY,
      certificate: 'ssh-ed25519-cert-v01@openssh.com AAAA',
      command: 'clean 1764108000000',
    },
    limitMs: 60_000,
  },
} as const satisfies Record<string, Visit>;
