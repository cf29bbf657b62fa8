import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { unzipSync } from 'fflate';
import type { LambdaRuntime } from '../../../scripts/lib/lambda-runtime/install.ts';
import type { FunctionSettings } from '../lambda-runtime/lambda-function.ts';
import { LambdaFunction } from '../lambda-runtime/lambda-function.ts';
import type { EmulatedAws } from './server.ts';
import { REGION } from './server.ts';

/** A function of the emulated AWS, ready to run. */
export interface DeployedFunction {
  readonly settings: FunctionSettings;
  /** IAM role of its processes */
  readonly roleName: string;
  readonly lambda: LambdaFunction;
  /** Ends its processes and removes its code */
  stop(): Promise<void>;
}

/**
 * Runs a function of the emulated AWS here: a version, or the one that an alias leads to, with its code, handler,
 * time-out and variables, and the concurrency that is reserved for all versions.
 *
 * moto does not return the code, so it comes from `zipFile`, whose hash must be that of the deployed code.
 *
 * @param qualifier - an alias, or the number of a version
 * @param endpoints - environment variables with the addresses of services on this machine
 * @throws Error when `zipFile` is not the deployed code
 */
export async function deployedFunction(
  aws: EmulatedAws,
  functionName: string,
  qualifier: string,
  zipFile: string,
  runtime: LambdaRuntime,
  endpoints: Readonly<Record<string, string>> = {},
): Promise<DeployedFunction> {
  const { configuration, settings } = await qualifiedVersion(aws, functionName, qualifier);
  const zip = readFileSync(zipFile);
  const sha256 = createHash('sha256').update(zip).digest('base64');
  if (sha256 !== configuration.CodeSha256) {
    throw new Error(`${functionName} has code ${configuration.CodeSha256}, but ${zipFile} is ${sha256}`);
  }
  const codeFolder = unzipped(zip);
  const variables = { ...settings.variables, ...endpoints };
  const lambda = new LambdaFunction({ ...settings, variables }, codeFolder, runtime);
  const stop = async () => {
    await lambda.stop();
    await rm(codeFolder, { recursive: true });
  };
  return { settings, roleName: valueOf(configuration, 'Role').split('/').at(-1) ?? '', lambda, stop };
}

/**
 * Reads a version, or the one that an alias leads to. Its ARN is that of the qualifier, as a process of the function
 * sees it.
 */
export async function qualifiedVersion(aws: EmulatedAws, functionName: string, qualifier: string) {
  const client = new LambdaClient(aws.clientConfig);
  const ofFunction = { FunctionName: functionName };
  const configuration = await client.send(new GetFunctionConfigurationCommand({ ...ofFunction, Qualifier: qualifier }));
  const { Concurrency } = await client.send(new GetFunctionCommand(ofFunction));
  // moto's configuration has the ARN of the version, whatever the qualifier.
  const functionArn = isVersion(qualifier)
    ? valueOf(configuration, 'FunctionArn')
    : valueOf(await client.send(new GetAliasCommand({ ...ofFunction, Name: qualifier })), 'AliasArn');
  client.destroy();
  const settings = settingsOf(configuration, Concurrency?.ReservedConcurrentExecutions);
  return { configuration, settings: { ...settings, functionArn } };
}

function isVersion(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

function settingsOf(configuration: FunctionConfiguration, reservedConcurrency: number | undefined): FunctionSettings {
  const logging = valueOf(configuration, 'LoggingConfig');
  return {
    functionName: valueOf(configuration, 'FunctionName'),
    functionArn: valueOf(configuration, 'FunctionArn'),
    handler: valueOf(configuration, 'Handler'),
    runtimeName: valueOf(configuration, 'Runtime'),
    version: valueOf(configuration, 'Version'),
    region: REGION,
    timeoutSec: valueOf(configuration, 'Timeout'),
    memoryMb: valueOf(configuration, 'MemorySize'),
    reservedConcurrency,
    logFormat: valueOf(logging, 'LogFormat'),
    logGroup: valueOf(logging, 'LogGroup'),
    variables: configuration.Environment?.Variables ?? {},
  };
}

/** A field that AWS always returns, although the SDK's types make it optional. */
function valueOf<T, K extends keyof T & string>(answer: T, field: K): NonNullable<T[K]> {
  const value = answer[field];
  if (value === undefined || value === null) throw new Error(`the emulated AWS returned no ${field}`);
  return value;
}

/** Unpacks the package. @returns the new folder with its files */
function unzipped(zip: Buffer): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-function-'));
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  return folder;
}
