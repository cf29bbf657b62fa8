/** What ssh says when it can't reach a VM or is not let in, and what that means here. */
export interface SshFault {
  /** As ssh prints it, in part. */
  readonly says: string;
  /** A sentence. */
  readonly means: string;
  /** What a person does about it. */
  readonly next: string;
}

/** In the order in which they are looked for: ssh may say more than one of them. */
export const SSH_FAULTS: readonly SshFault[] = [
  {
    says: 'Host key verification failed',
    means:
      'The VM has another host key than the inventory says: it was installed anew, or another host answers for it.',
    next: 'Do not log in. Tell an operator, who compares the key with the `hostKeys` of the inventory.',
  },
  {
    says: 'Permission denied',
    means:
      'The VM does not take the credential. A certificate opens it for 5 minutes, a key that EC2 Instance Connect has ' +
      'pushed for one, and only while the lease lasts.',
    next: '`vm-pool ssh` fetches a fresh one each time. If that fails too: `vm-pool show`, then tell an operator.',
  },
  {
    says: 'timed out',
    means: 'No packet comes back: the VM is off, or a firewall, a security group or a missing VPN is in the way.',
    next: 'Check your network or VPN. If others get through, give the VM back and borrow another.',
  },
  {
    says: 'Connection refused',
    means: 'The VM is on, but no SSH server listens there.',
    next: 'It may be starting: try again in a minute. Otherwise give it back and borrow another.',
  },
  {
    says: 'No route to host',
    means: 'Your network has no way to the VM.',
    next: 'Check your network or VPN.',
  },
  {
    says: 'Could not resolve hostname',
    means: 'The address of the VM is a name that your computer does not know.',
    next: 'Check your network or VPN; the name may exist only inside.',
  },
  {
    says: 'Connection reset',
    means: 'Something ended the connection: the VM, because it restarts for example, or a firewall on the way.',
    next: 'Try again in a minute. Otherwise give it back and borrow another.',
  },
];

/** What ssh's words mean. @param said - what ssh has written; undefined when none of the known faults is in it */
export function sshFaultIn(said: string): SshFault | undefined {
  return SSH_FAULTS.find(({ says }) => said.includes(says));
}
