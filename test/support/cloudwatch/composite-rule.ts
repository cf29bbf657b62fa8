import type { AlarmState } from './alarm-state.ts';

/**
 * Whether the rule of a composite alarm holds: states of alarms, joined by `AND`, `OR` and `NOT`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html (AlarmRule)
 *
 * @param states - of every alarm, by name
 * @throws Error if the rule names an unknown alarm, or is none
 */
export function ruleHolds(rule: string, states: ReadonlyMap<string, AlarmState>): boolean {
  const tokens = rule.match(/\b(?:OK|ALARM|INSUFFICIENT_DATA)\s*\(\s*(?:"[^"]*"|[^\s"()]+)\s*\)|\w+|[()]|\S/g) ?? [];
  const holds = either(tokens, states);
  if (tokens.length > 0) throw new Error(`not understood: ${tokens.join(' ')}`);
  return holds;
}

/** Consumes the tokens that it understands, like the functions below. `AND` binds closer than `OR`. */
function either(tokens: string[], states: ReadonlyMap<string, AlarmState>): boolean {
  let holds = both(tokens, states);
  while (tokens[0] === 'OR') {
    tokens.shift();
    holds = both(tokens, states) || holds;
  }
  return holds;
}

function both(tokens: string[], states: ReadonlyMap<string, AlarmState>): boolean {
  let holds = one(tokens, states);
  while (tokens[0] === 'AND') {
    tokens.shift();
    holds = one(tokens, states) && holds;
  }
  return holds;
}

function one(tokens: string[], states: ReadonlyMap<string, AlarmState>): boolean {
  const token = tokens.shift() ?? '';
  if (token === 'NOT') return !one(tokens, states);
  if (token === 'TRUE' || token === 'FALSE') return token === 'TRUE';
  if (token === '(') {
    const holds = either(tokens, states);
    if (tokens.shift() !== ')') throw new Error('a bracket is not closed');
    return holds;
  }
  const [, wanted, quoted, plain] = /^(\w+)\s*\(\s*(?:"([^"]*)"|(\S+?))\s*\)$/.exec(token) ?? [];
  const state = states.get(quoted ?? plain ?? '');
  if (state === undefined) throw new Error(`not the state of a known alarm: ${token}`);
  return state === wanted;
}
