import { TextBody } from '../answer.ts';
import { call, documentedText } from '../call.ts';

/** Shows the figures of the service to Prometheus. */
export const metrics = call({
  route: 'GET /metrics',
  audience: 'operators',
  parameters: {},
  handle: async (_, { header }, { metricsPage }) => {
    const { type, text } = await metricsPage(header('accept'));
    return new TextBody(type, text);
  },
});

const VMS = `# HELP vm_pool_vms VMs by pool and state.
# TYPE vm_pool_vms gauge
vm_pool_vms{pool="default",state="free"} 4
vm_pool_vms{pool="default",state="leased"} 1
`;

/** For the contract. */
export const documentation = () => [
  documentedText(metrics, {
    summary: 'Shows figures to Prometheus: as OpenMetrics where `Accept` names it, else in the text format 0.0.4',
    texts: {
      'text/plain; version=0.0.4; charset=utf-8': VMS,
      'application/openmetrics-text; version=1.0.0; charset=utf-8': `${VMS}# EOF\n`,
    },
    scheme: 'metricsToken',
    refusals: ['metrics_token_unavailable', 'unauthorized'],
  }),
];
