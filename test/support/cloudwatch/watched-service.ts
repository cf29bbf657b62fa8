import type { Service } from '../../../lambda/service.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { eventOf } from '../../http/event.ts';
import { certificatePool, someVms, TestClock, TestProvider } from '../pool/lending.ts';
import { embeddedSamples } from './embedded-samples.ts';
import { WATCHED } from './planned-watch.ts';
import type { Sample } from './samples.ts';

/** Metrics of AWS that alarms read, in the words of AWS. */
const DIMENSIONS = {
  'AWS/ApiGateway': { ApiId: WATCHED.api.id, Stage: WATCHED.api.stage },
  'AWS/Lambda': { FunctionName: WATCHED.function_name },
  'AWS/DynamoDB': { TableName: WATCHED.table.name },
} as const;

const VMS = 3;
const MINUTE_SEC = 60;
const TICK_MS = 29_000;

/**
 * The service, whose log lines become metrics, in a lab where time passes by the minute. What AWS itself would measure
 * is put in beside: an answer of the API by each call, and the rest by the test.
 */
export class WatchedService {
  readonly clock = new TestClock();
  readonly provider = new TestProvider(someVms(VMS));
  readonly store = new MemoryStore();
  readonly startSec = this.clock.nowSec;
  /** How long API Gateway takes to answer. */
  latencyMs = 80;
  private readonly lines: string[] = [];
  private readonly ofAws: Sample[] = [];
  private readonly service: Service;
  private ticks = 0;

  constructor() {
    // A VM that comes back is checked at once.
    this.provider.pools.set('default', certificatePool({ access: 'mock', check: 'none', reset: 'none' }));
    const settings = loadSettings({
      METRICS_NAMESPACE: WATCHED.metrics_namespace,
      PROVIDER: 'static',
      INVENTORY: 'vms.json',
      AUTHORIZATION: 'none',
      CHECK_BACKOFF_SECONDS: '30',
    });
    this.service = composeService(settings, {
      store: this.store,
      provider: this.provider,
      clock: this.clock.read,
      pause: async (ms) => {
        this.clock.advance(ms / 1000);
      },
      write: (line) => this.lines.push(line),
    });
  }

  /** Every value that CloudWatch has got. */
  get samples(): readonly Sample[] {
    return [...embeddedSamples(this.lines), ...this.ofAws];
  }

  async start(): Promise<void> {
    await this.service.start();
  }

  /** What the scheduler does each minute. A tick that fails is a failed invocation. */
  async tick(): Promise<void> {
    this.ticks += 1;
    try {
      await this.service.tick(`tick-${String(this.ticks)}`, TICK_MS);
    } catch {
      this.measure('AWS/Lambda', 'Errors', 1);
    }
  }

  /** @returns the status of the answer */
  async call(routeKey: string, body: object): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const event = eventOf({ routeKey, headers, body: JSON.stringify(body) });
    const { statusCode = 0 } = await this.service.api(event, 'i-1');
    this.measure('AWS/ApiGateway', 'Count', 1);
    this.measure('AWS/ApiGateway', '4xx', statusCode >= 400 && statusCode < 500 ? 1 : 0);
    this.measure('AWS/ApiGateway', '5xx', statusCode >= 500 ? 1 : 0);
    this.measure('AWS/ApiGateway', 'Latency', this.latencyMs);
    return statusCode;
  }

  /** Puts in a value that AWS itself measures. */
  measure(
    namespace: keyof typeof DIMENSIONS,
    name: string,
    value: number,
    dimensions: Readonly<Record<string, string>> = {},
  ): void {
    const all = { ...DIMENSIONS[namespace], ...dimensions };
    this.ofAws.push({ namespace, name, dimensions: all, atSec: this.clock.nowSec, value });
  }

  /** Lets minutes pass. @param minute - what happens in each */
  async live(minutes: number, minute: () => Promise<void> | void): Promise<void> {
    for (let passed = 0; passed < minutes; passed++) {
      await minute();
      this.clock.advance(MINUTE_SEC);
    }
  }

  /** A minute in which all is well: a tick, and a user who borrows a VM and gives it back. */
  readonly healthyMinute = async (): Promise<void> => {
    this.measure('AWS/Lambda', 'Errors', 0);
    this.measure('AWS/Lambda', 'Throttles', 0);
    await this.tick();
    await this.call('POST /getvm', { userid: 'alice' });
    await this.call('POST /releasevm', { userid: 'alice' });
  };
}
