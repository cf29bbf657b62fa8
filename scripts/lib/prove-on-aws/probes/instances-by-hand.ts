import type { Probe } from '../probe.ts';

const EC2_GUIDE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/';
const SSM_GUIDE = 'https://docs.aws.amazon.com/systems-manager/latest/userguide/';

/** What has to be seen on EC2 instances, and changes them: for a person, on a VM that nobody holds. */
export const INSTANCES_BY_HAND: readonly Probe[] = [
  {
    id: 'start-and-stop',
    question: 'How long does a stopped instance take until its holder can log in?',
    sources: [`${EC2_GUIDE}Stop_Start.html`, 'README.md, "Pay for what is lent"'],
    how:
      'in a pool with minRunning 0 wait until all VMs are stopped; time vm-pool get --wait 10m, then vm-pool ssh; ' +
      'meanwhile aws ec2 describe-instance-status --include-all-instances; give it back, and see when it is stopped',
    expected:
      'starting, then ready within 3 minutes; status checks say initializing for a while and then ok; it is stopped ' +
      'some minutes after idleMinutes',
  },
  {
    id: 'no-capacity',
    question: 'What becomes of a loan when EC2 has no capacity?',
    sources: [`${EC2_GUIDE}troubleshooting-launch.html`, 'terraform/RUNBOOK.md, "EC2 instances that don\'t start"'],
    how: 'stop an instance of a scarce type, such as a large GPU one, and borrow it at a busy hour',
    expected: 'InsufficientInstanceCapacity in the events of the VM; the holder gets another VM under the same lease',
  },
  {
    id: 'replace-root-volume',
    question: 'Does a fresh root volume boot as at the first launch: new host keys, and enrolled again?',
    sources: [`${EC2_GUIDE}replace-root.html`, 'scripts/lib/enroll/instance.yaml'],
    how:
      'in a pool with reset replace-root-volume: vm-pool ssh -- touch left; vm-pool release; time until GET /vms says ' +
      'free; aws ec2 describe-replace-root-volume-tasks; aws ec2 get-console-output --latest; vm-pool ssh -- ls',
    expected:
      'succeeded within some minutes; cloud-init runs as for a new instance and prints new host keys; no ~/left; the ' +
      'new volume is encrypted as the old one was, and the old one is deleted',
  },
  {
    id: 'replace-token',
    question: 'Is a replacement with the token of an earlier one that same task, after an hour and after a day?',
    sources: ['https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html', 'lambda/aws/ec2.ts'],
    how:
      'aws ec2 create-replace-root-volume-task --client-token probe --instance-id ID, twice at once, again when the ' +
      'first has succeeded, and once more the next day',
    expected: 'each time the same ReplaceRootVolumeTaskId, and one new volume; from when on it is not, if ever',
  },
  {
    id: 'reboot',
    question: 'How soon after RebootInstances is a VM back, and does its uptime say so?',
    sources: ['https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RebootInstances.html'],
    how: 'in a pool with reset reboot: vm-pool release, and watch operator "$api/events?vm=ID"',
    expected: 'one reboot, none repeated; free again within 3 minutes',
  },
  {
    id: 'instance-connect',
    question: 'Does a pushed key open Amazon Linux and Ubuntu, for a minute, and as no other user?',
    sources: [`${EC2_GUIDE}connect-linux-inst-eic.html`, 'terraform/modules/iam/ec2.tf'],
    how:
      'lend one instance of each with access instance-connect and no other set-up; ssh at once, and after 70 s; with ' +
      'the tag vm-pool:user = ubuntu on an instance of a pool whose username is another',
    expected: 'a shell, then Permission denied; the tagged user gets in too (IAM compares ec2:osuser with the tag)',
  },
  {
    id: 'session',
    question: 'Does a session that the service started open a shell, and end with the lease?',
    sources: [
      `${SSM_GUIDE}getting-started-specify-session-document.html`,
      `${SSM_GUIDE}session-manager-getting-started-restrict-access.html`,
    ],
    how:
      'in a pool with access session-manager: vm-pool ssh; release it from a second terminal; ' +
      'aws ssm describe-sessions --state History --filters key=Target,value=ID',
    expected:
      'a shell without a document being named; it closes at the release; ids of sessions begin with the name of the ' +
      "function, and AWS lets the role end them; no AccessDenied in the function's log",
  },
  {
    id: 'tag-delay',
    question: 'How long does the search by tag lag behind a change of a tag or a launch?',
    sources: ['https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html'],
    how: 'tag an instance, and run aws ec2 describe-instances --filters Name=tag:vm-pool:pool,Values=NAME until it is there',
    expected: 'seconds; never a running instance that was there before and is missing in two ticks in a row',
  },
  {
    id: 'volume-key',
    question: "May the function start an instance whose volume a customer's key encrypts?",
    sources: [
      'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html',
      'terraform/modules/iam/ec2.tf',
    ],
    how: 'with ec2_kms_key_arns, and once without: stop such an instance, and borrow it',
    expected: 'with it a start, and a new root volume; without it Client.InternalError and a VM in quarantine',
  },
];
