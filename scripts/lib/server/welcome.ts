import type { LocalTable } from './local-table.ts';
import { commandOnSameTable } from './local-table.ts';
import type { Settings } from './settings.ts';
import type { TokenSettings } from './token-settings.ts';
import { optionsOf } from './token-settings.ts';
import type { OpenVms } from './vms.ts';

/** What the server has started beside itself. */
export interface Parts {
  readonly table?: LocalTable | undefined;
  readonly vms?: OpenVms | undefined;
}

/** What the server prints once it answers: how to call it, and where leases are. @param url - of the API */
export function welcome(url: string, settings: Settings, { table, vms }: Parts): string {
  return `vm-pool lends VMs at ${url}  (Ctrl-C stops it)

${settings.tokens === undefined ? howToCall(url) : howToCallWithToken(url, settings.tokens)}
${vms?.isDemo === true ? howToLogIn(url) : ''}${settings.metricsToken === undefined ? '' : howToScrape(url, settings.metricsToken)}
${table === undefined ? whereLeasesAre(vms?.isDemo === false) : whereTableIs(settings, table, vms)}
`;
}

function howToCall(url: string): string {
  return `  curl -X POST '${url}/getvm?userid=alice'

or open ${url}/ in a browser.`;
}

function howToCallWithToken(url: string, { issuer, audiences }: TokenSettings): string {
  return `  curl -X POST ${url}/getvm -H "Authorization: Bearer $TOKEN"

TOKEN is a token of ${issuer} for ${audiences.join(' or ')}.`;
}

function howToScrape(url: string, token: string): string {
  return `
Prometheus finds the metrics at ${url}/metrics, with the token in ${token}.
`;
}

/** Demo VMs let in the user of this computer. Nothing revokes certificates there, so a returned VM waits. */
function howToLogIn(url: string): string {
  return `
Log in to one; it is borrowed first:

  scripts/vm-pool ssh --url ${url} --user alice

A VM that was given back is free again when its last certificate has ended, after up to 6 minutes.
`;
}

function whereTableIs({ tableFolder = '', tokens }: Settings, { variables }: LocalTable, vms?: OpenVms): string {
  // VMs trust one certificate authority.
  const { CERTIFICATE_AUTHORITY } = vms?.variables ?? {};
  const settings = { ...variables, ...(CERTIFICATE_AUTHORITY !== undefined && { CERTIFICATE_AUTHORITY }) };
  return `Leases are kept in ${tableFolder} and survive this server. To start another one on the same table:

  ${commandOnSameTable(settings, optionsOf(tokens, vms?.inventory))}`;
}

const FORGOTTEN = `
Without them, the next server lends VMs that people still use: keep them for VMs that matter.`;

/** @param isRisky - whether VMs outlive the leases */
function whereLeasesAre(isRisky: boolean, { STORE, TABLE_NAME = '' } = process.env): string {
  return STORE === 'dynamodb'
    ? `Leases are kept in the DynamoDB table ${TABLE_NAME}.`
    : `Leases are kept in memory and end with this server; npm start -- --dynamodb-local keeps them.${isRisky ? FORGOTTEN : ''}`;
}
