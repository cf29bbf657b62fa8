/** Tables of the READMEs that are derived from calls, refusals, settings and figures. */
import type * as v from 'valibot';
import type { DocumentedCall } from '../../../lambda/http/call.ts';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';
import { REFUSALS } from '../../../lambda/http/refusals.ts';
import { REFUSAL_DOCUMENTATION } from '../../../lambda/http/refusals-documentation.ts';
import type { FigureName } from '../../../lambda/pool/meter.ts';
import type { Setting } from '../../../lambda/setting-kinds.ts';
import { SETTINGS } from '../../../lambda/settings.ts';
import { SETTING_DOCUMENTATION } from '../../../lambda/settings-documentation.ts';
import { figureOf, FIGURES } from '../../../lambda/telemetry/figures.ts';
import {
  cloudWatchNames,
  FIGURE_DOCUMENTATION,
  prometheusName,
} from '../../../lambda/telemetry/figures-documentation.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { GATEWAY_ANSWERS } from '../cli/gateway-answers.ts';
import { NEXT_STEPS } from '../cli/next-steps.ts';
import { NOT_READY_STEPS } from '../cli/not-ready-steps.ts';
import type { Verb } from '../cli/verb.ts';
import { VERBS } from '../cli/verbs.ts';
import { SSH_FAULTS } from '../login/ssh-faults.ts';
import { fieldDocumentation } from './field-documentation.ts';
import { isOptional, ruleOf } from './json-schema.ts';

/** The tables by the names in their markers, `<!-- BEGIN settings -->` and `<!-- END settings -->`. */
export function tablesOf(calls: readonly DocumentedCall[]): Readonly<Record<string, string>> {
  return {
    'calls of borrowers': callTable(calls.filter(({ call }) => call.audience !== 'operators')),
    'calls of operators': callTable(calls.filter(({ call }) => call.audience === 'operators')),
    parameters: parameterTable(calls),
    refusals: refusalTable(),
    'answers of the gateway': gatewayTable(),
    verbs: verbTable(),
    'exit codes': exitTable(),
    'states that are not ready': notReadyTable(),
    'errors of ssh': sshTable(),
    settings: settingTable(),
    figures: figureTable(),
  };
}

function callTable(calls: readonly DocumentedCall[]): string {
  const rows = calls.map(({ call, summary, refusals }) => [
    code(call.route),
    summary,
    [...namesOf(call.parameters), ...namesOf(call.headers)].join(', '),
    refusals.map((name) => `${REFUSALS[name].status} ${code(name)}`).join(', '),
  ]);
  return table(['call', 'what it does', 'parameters', 'its own refusals'], rows);
}

/** Required ones in bold. */
function namesOf(entries: v.ObjectEntries): string[] {
  return Object.entries(entries).map(([name, schema]) => (isOptional(schema) ? code(name) : `**${code(name)}**`));
}

function parameterTable(calls: readonly DocumentedCall[]): string {
  const entries = calls.map(({ call, path }) => ({ ...path, ...call.parameters, ...call.headers }));
  const rows = Object.entries(Object.assign({}, ...entries) as v.ObjectEntries).map(([name, schema]) => {
    return [code(name), fieldDocumentation(name).meaning, ruleOf(schema)];
  });
  return table(['parameter', 'meaning', 'rule'], rows);
}

function refusalTable(): string {
  const codes = Object.keys(REFUSALS) as ProblemCode[];
  const byStatus = codes.sort((one, other) => REFUSALS[one].status - REFUSALS[other].status);
  const rows = byStatus.map((name) => {
    const { next, exit } = NEXT_STEPS[name];
    return [
      String(REFUSALS[name].status),
      code(name),
      REFUSAL_DOCUMENTATION[name].meaning,
      next({}, 'get').map(withCommand).join('; '),
      String(EXIT[exit].code),
    ];
  });
  return table(['status', 'code', 'meaning', 'what to do', 'exit code'], rows);
}

function gatewayTable(): string {
  const rows = GATEWAY_ANSWERS.map(({ status, message, means, next, exit }) => [
    `${status} ${code(message)}`,
    means,
    withCommand(next),
    String(EXIT[exit].code),
  ]);
  return table(['answer', 'meaning', 'what to do', 'exit code'], rows);
}

function verbTable(): string {
  const rows = VERBS.map((verb) => [
    code(['vm-pool', verb.name, ...wordsOf(verb)].join(' ')),
    verb.summary,
    verb.group === 'operate' ? 'operators' : '',
  ]);
  return table(['command', 'what it does', 'only for'], rows);
}

function wordsOf({ words = [], takes }: Verb): readonly string[] {
  if (takes === undefined) return words.map(({ name }) => name);
  return [takes === 'ssh' ? '[-- COMMAND]' : '-- COMMAND'];
}

function exitTable(): string {
  return table(
    ['exit code', 'meaning'],
    Object.values(EXIT).map(({ code: exit, meaning }) => [String(exit), meaning]),
  );
}

function notReadyTable(): string {
  const rows = Object.values(NOT_READY_STEPS).map(({ says, means, next, exit }) => [
    code(says),
    means,
    next.map(withCommand).join('; '),
    String(EXIT[exit].code),
  ]);
  return table(['the VM', 'meaning', 'what to do', 'exit code'], rows);
}

function sshTable(): string {
  return table(
    ['ssh says', 'meaning', 'what to do'],
    SSH_FAULTS.map(({ says, means, next }) => [code(says), means, next]),
  );
}

/** A step may end with the command that it means. */
function withCommand(step: string): string {
  return step.replace(/(?<=: )(vm-pool|https:).*$/, code('$&'));
}

function settingTable(): string {
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const rows = names.map((name) => {
    const { variable, setBy = '', meaning } = SETTING_DOCUMENTATION[name];
    const setting: Setting = SETTINGS[name];
    return [
      code(name),
      variable === undefined ? setBy : code(variable),
      defaultOf(setting),
      meaning + limitsOf(setting),
    ];
  });
  return table(['environment', 'Terraform', 'default', 'meaning'], rows);
}

function defaultOf({ default: value }: Setting): string {
  if (value === undefined) return 'required';
  return value === '' ? 'none' : code(value);
}

function limitsOf({ bounds, onlyWith }: Setting): string {
  const range = bounds === undefined ? '' : ` (${bounds.min} to ${bounds.max})`;
  return `${range}${onlyWith === undefined ? '' : `; where ${onlyWith.words}`}`;
}

function figureTable(): string {
  const rows = (Object.keys(FIGURES) as FigureName[]).map((name) => {
    const { meaning, onlyWith, notInPrometheus } = FIGURE_DOCUMENTATION[name];
    const { kind, labels } = figureOf(name);
    return [
      meaning + (onlyWith === undefined ? '' : `; only with ${onlyWith}`),
      kind,
      notInPrometheus ?? code(prometheusName(name) + (labels.length === 0 ? '' : `{${labels.join()}}`)),
      cloudWatchNames(name).map(code).join(', '),
    ];
  });
  return table(['figure', 'kind', 'Prometheus', 'CloudWatch'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
