/** Answers of EC2 in the form in which it gives them. */

/** What an instance is to have beside its id. */
export interface InstanceXml {
  readonly id?: string;
  readonly state?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Put in its place instead of the addresses of a running instance. */
  readonly addresses?: string;
  /** Added to the instance. */
  readonly more?: string;
}

/** A text as XML has it. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A list of items. An empty one has no end tag of its own. */
export function listXml(name: string, items: readonly string[]): string {
  return items.length === 0
    ? `<${name}/>`
    : `<${name}>${items.map((item) => `<item>${item}</item>`).join('')}</${name}>`;
}

/** An answer of EC2. */
export function answerXml(action: string, ...children: readonly string[]): string {
  const inside = ['<requestId>8f7724cf-496f-496e-8fe3-example</requestId>', ...children].join('\n    ');
  const name = `${action}Response`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">\n    ${inside}\n</${name}>`;
}

/** An answer of an error (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). */
export function errorXml(code: string, message = 'the words of AWS'): string {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${error}</Errors><RequestID>ea966190-f9aa</RequestID></Response>`;
}

/** An answer to DescribeInstances, with the instances of each reservation. */
export function instancesXml(reservations: readonly (readonly InstanceXml[])[], nextToken?: string): string {
  const items = reservations.map(
    (instances) =>
      `<reservationId>r-1234567890abcdef0</reservationId><ownerId>123456789012</ownerId><groupSet/>` +
      listXml('instancesSet', instances.map(instanceXml)),
  );
  const next = nextToken === undefined ? [] : [`<nextToken>${escaped(nextToken)}</nextToken>`];
  return answerXml('DescribeInstances', listXml('reservationSet', items), ...next);
}

const ADDRESSES = `<privateDnsName>ip-192-168-1-88.eu-west-1.compute.internal</privateDnsName>
  <dnsName>ec2-54-194-252-215.eu-west-1.compute.amazonaws.com</dnsName>
  <privateIpAddress>192.168.1.88</privateIpAddress><ipAddress>54.194.252.215</ipAddress>`;

/** The addresses of an instance that is stopped: AWS has taken the public ones away. */
export const STOPPED_ADDRESSES = `<privateDnsName>ip-192-168-1-88.eu-west-1.compute.internal</privateDnsName>
  <dnsName/><privateIpAddress>192.168.1.88</privateIpAddress>`;

/** An instance as the reference of DescribeInstances shows it, with much that nobody reads. */
function instanceXml({
  id = 'i-1234567890abcdef0',
  state = 'running',
  tags = {},
  addresses = ADDRESSES,
  more = '',
}: InstanceXml): string {
  const pairs = Object.entries(tags).map(
    ([key, value]) => `<key>${escaped(key)}</key><value>${escaped(value)}</value>`,
  );
  return `
  <instanceId>${id}</instanceId><imageId>ami-bff32ccc</imageId>
  <instanceState><code>16</code><name>${state}</name></instanceState>
  ${addresses}<reason/><keyName>my_keypair</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>
  <instanceType>t2.micro</instanceType><launchTime>2026-05-08T16:46:19.000Z</launchTime>
  <placement><availabilityZone>eu-west-1c</availabilityZone><groupName/><tenancy>default</tenancy></placement>
  <monitoring><state>disabled</state></monitoring><subnetId>subnet-56f5f633</subnetId><vpcId>vpc-11112222</vpcId>
  <groupSet><item><groupId>sg-e4076980</groupId><groupName>SecurityGroup1</groupName></item></groupSet>
  <architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>
  <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1234567890abcdef0</volumeId>
  <status>attached</status><attachTime>2015-12-22T10:44:09.000Z</attachTime><deleteOnTermination>true</deleteOnTermination>
  </ebs></item></blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>xMcwG14507example</clientToken>
  ${listXml('tagSet', pairs)}<hypervisor>xen</hypervisor>
  <networkInterfaceSet><item><networkInterfaceId>eni-551ba033</networkInterfaceId><status>in-use</status>
  <privateIpAddress>192.168.1.88</privateIpAddress><association><publicIp>54.194.252.215</publicIp></association>
  <privateIpAddressesSet><item><privateIpAddress>192.168.1.88</privateIpAddress><primary>true</primary></item>
  </privateIpAddressesSet><ipv6AddressesSet/></item></networkInterfaceSet><ebsOptimized>false</ebsOptimized>${more}`;
}
