import type { AwsOptions } from './client.ts';
import { AwsError } from './error.ts';
import { JsonApi } from './json-api.ts';

/** Longest that one call may take, the second try included, milliseconds. */
const CALL_MS = 3_000;

/** A key, and whom it is to let in where. */
export interface KeyToPush {
  readonly instanceId: string;
  /** Login name on the instance. */
  readonly osUser: string;
  /** Ed25519 or RSA, as OpenSSH writes it. */
  readonly publicKey: string;
}

/** EC2 Instance Connect. */
export interface InstanceConnect {
  /**
   * Lets a key in for 60 seconds. Pushed again, it is let in for 60 seconds from then on.
   * @throws AwsError whose code says why, such as `EC2InstanceStateInvalidException` when the instance does not run
   */
  send(key: KeyToPush, signal?: AbortSignal): Promise<void>;
}

/** Makes a client (https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html). */
export function createInstanceConnect(options: AwsOptions): InstanceConnect {
  const service = 'ec2-instance-connect';
  const api = new JsonApi(service, 'AWSEC2InstanceConnectService', options);
  return {
    async send({ instanceId, osUser, publicKey }, signal) {
      const wish = { InstanceId: instanceId, InstanceOSUser: osUser, SSHPublicKey: publicKey };
      const { Success } = await api.call('SendSSHPublicKey', wish, { timeoutMs: CALL_MS, signal });
      if (Success !== true) throw new AwsError(service, 'KeyNotPushed', 200);
    },
  };
}
