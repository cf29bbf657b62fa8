/** What EC2's answers say. Nothing of it may be trusted: people write tags, and instances their console output. */
import { isIPv4 } from 'node:net';
import { defined } from '../pool/defined.ts';
import type { Instance, ReplaceTask, StatusChecks } from './ec2.ts';
import type { Element } from './xml.ts';
import { childOf, itemsOf, textOf } from './xml.ts';

/** Most of the console output that EC2 keeps, bytes. */
const LONGEST_OUTPUT = 65_536;

const STATES = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'] as const;
const TASK_STATES = ['pending', 'in-progress', 'failing', 'failed', 'failed-detached', 'succeeded'] as const;

const INSTANCE_ID = /^i-[0-9a-f]{1,32}$/;
const TASK_ID = /^[\w-]{1,64}$/;
const REASON_CODE = /^[\w.]{1,64}$/;
const DNS_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** The instances of a page; undefined if the answer has no list of them. */
export function instancesOf(answer: Element): readonly Instance[] | undefined {
  return itemsOf(answer, 'reservationSet')
    ?.flatMap((reservation) => itemsOf(reservation, 'instancesSet') ?? [])
    .flatMap((item) => instanceOf(item) ?? []);
}

/** Undefined if it has no id. */
function instanceOf(item: Element): Instance | undefined {
  const id = matching(INSTANCE_ID, textOf(item, 'instanceId'));
  if (id === undefined) return undefined;
  const addresses = defined({
    privateIp: ipOf(textOf(item, 'privateIpAddress')),
    publicIp: ipOf(textOf(item, 'ipAddress')),
    privateDns: matching(DNS_NAME, textOf(item, 'privateDnsName')),
    publicDns: matching(DNS_NAME, textOf(item, 'dnsName')),
  });
  const reason = defined({ stateReason: matching(REASON_CODE, textOf(childOf(item, 'stateReason'), 'code')) });
  const launchedAtMs = timeOf(textOf(item, 'launchTime'));
  return { id, state: stateOf(item), ...reason, ...addresses, launchedAtMs, tags: tagsOf(item) };
}

/** A state that this code does not know is one on its way: nobody does anything then. */
function stateOf(item: Element): Instance['state'] {
  return oneOf(STATES, textOf(childOf(item, 'instanceState'), 'name')) ?? 'pending';
}

function tagsOf(item: Element): Record<string, string> {
  const tags = itemsOf(item, 'tagSet') ?? [];
  return Object.fromEntries(tags.map((tag) => [textOf(tag, 'key') ?? '', textOf(tag, 'value') ?? '']));
}

/** The task of an answer that has one. */
export function createdTaskOf(answer: Element): ReplaceTask | undefined {
  return taskOf(childOf(answer, 'replaceRootVolumeTask'));
}

/** The tasks of an answer; undefined if it has no list of them. */
export function tasksOf(answer: Element): readonly ReplaceTask[] | undefined {
  return itemsOf(answer, 'replaceRootVolumeTaskSet')?.flatMap((item) => taskOf(item) ?? []);
}

/**
 * EC2 also has `failing-detached`, which its documentation names and its SDKs do not. A state that this code does not
 * know is one under way: the check's deadline ends it.
 */
function taskOf(item: Element | undefined): ReplaceTask | undefined {
  const id = matching(TASK_ID, textOf(item, 'replaceRootVolumeTaskId'));
  const state = textOf(item, 'taskState');
  if (id === undefined || state === undefined) return undefined;
  return { id, state: state === 'failing-detached' ? 'failing' : (oneOf(TASK_STATES, state) ?? 'in-progress') };
}

/** What EC2's checks say of the one instance of an answer. EC2 lists only instances that run. */
export function statusChecksOf(answer: Element): StatusChecks {
  const [item] = itemsOf(answer, 'instanceStatusSet') ?? [];
  const [system, instance, disks] = ['systemStatus', 'instanceStatus', 'attachedEbsStatus'].map((name) =>
    textOf(childOf(item, name), 'status'),
  );
  if ([system, instance, disks].includes('impaired')) return 'impaired';
  if ([system, instance].includes('initializing')) return 'initializing';
  return system === 'ok' && instance === 'ok' ? 'ok' : 'unknown';
}

/** The console output of an answer, decoded. */
export function consoleOutputOf(answer: Element): string {
  return Buffer.from(textOf(answer, 'output') ?? '', 'base64')
    .subarray(-LONGEST_OUTPUT)
    .toString('utf8');
}

function matching(pattern: RegExp, text: string | undefined): string | undefined {
  return text !== undefined && pattern.test(text) ? text : undefined;
}

function ipOf(text: string | undefined): string | undefined {
  return text !== undefined && isIPv4(text) ? text : undefined;
}

function oneOf<const Choices extends readonly string[]>(choices: Choices, text?: string): Choices[number] | undefined {
  return choices.find((choice) => choice === text);
}

/** Such as `2026-11-26T08:15:30.000Z`. @returns UTC epoch milliseconds, 0 if it is not a time */
function timeOf(text: string | undefined): number {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
