import type { Clock } from '../../pool/ports.ts';
import type { InventoryDocument } from './document.ts';
import { parseInventory, sha256Of } from './parse.ts';

/** The text of an inventory, unchanged, with a byte-order mark if it has one. */
export interface InventoryText {
  /** Another one for another text. */
  readonly etag: string;
  readonly text: string;
}

/** Reads the text of the inventory, unless it still has the ETag. @throws when it can't be read */
export type ReadInventory = (etag?: string) => Promise<InventoryText | 'not-modified'>;

/** An inventory, and how to name its very text. */
export interface ReadDocument {
  readonly document: InventoryDocument;
  /** SHA-256 of the text, as `sha256sum` prints it. */
  readonly sha256: string;
}

/** Age from which what is known is read again, milliseconds. */
const OLD_MS = 60_000;

/** Pause after a read that failed, milliseconds, so that not every request waits for the next one. */
const RETRY_MS = 10_000;

/** Longest that one read may take by default, milliseconds. */
const READ_LIMIT_MS = 2_500;

/** What depends on the service, and on tests. */
export interface SourceOptions {
  /** Whether the service finds EC2 instances. */
  readonly hasEc2: boolean;
  /** Longest that one read may take, milliseconds: requests wait for it. */
  readonly limitMs?: number;
}

/** The newest inventory that could be used. A newer one that can't be read or is invalid leaves it as it is. */
export class InventorySource {
  private known: ReadDocument | undefined;
  /** Of the text that was read last, valid or not. */
  private etag: string | undefined;
  private invalid: Error | undefined;
  private unreadable: Error | undefined;
  private begun: Promise<void> | undefined;
  private reading: Promise<void> | undefined;
  private nextReadMs = 0;

  constructor(
    private readonly readText: ReadInventory,
    private readonly clock: Clock,
    private readonly options: SourceOptions,
  ) {}

  /** What is known; undefined if no inventory could be used yet. */
  get current(): ReadDocument | undefined {
    return this.known;
  }

  /** Why the newest inventory can't be used. */
  get fault(): Error | undefined {
    return this.unreadable ?? this.invalid;
  }

  /** Begins the first read while nobody waits for it yet; the next {@link read} waits for this one. */
  begin(): void {
    this.begun = this.readOnce();
  }

  /** Reads the inventory if what is known is old. Never throws. */
  async refresh(): Promise<void> {
    if (this.reading !== undefined || this.clock() >= this.nextReadMs) await this.read();
  }

  /** Reads the inventory now; one read at a time. Never throws: see {@link fault}. */
  async read(): Promise<void> {
    this.reading ??= (this.begun ?? this.readOnce()).finally(() => {
      this.reading = undefined;
    });
    this.begun = undefined;
    await this.reading;
  }

  private async readOnce(): Promise<void> {
    try {
      const found = await within(this.options.limitMs ?? READ_LIMIT_MS, this.readText(this.etag));
      this.unreadable = undefined;
      if (found !== 'not-modified') this.take(found);
      this.nextReadMs = this.clock() + OLD_MS;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'unknown';
      this.unreadable = new Error(`the inventory can't be read: ${why}`, { cause });
      this.nextReadMs = this.clock() + RETRY_MS;
    }
  }

  private take({ etag, text }: InventoryText): void {
    this.etag = etag;
    try {
      this.known = { document: parseInventory(text, this.options.hasEc2), sha256: sha256Of(text) };
      this.invalid = undefined;
    } catch (error) {
      this.invalid = error as Error;
    }
  }
}

async function within<Found>(limitMs: number, read: Promise<Found>): Promise<Found> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}
