import type { Peer } from './peers/peer.js';
import type { Sample, ScenarioResult, ServerResult } from './report/results.js';
import { sum, watch } from './running/account.js';
import { ask, whatIsWrong } from './running/ask.js';
import type { Ground } from './running/ground.js';
import { memoryOf } from './running/processes.js';
import { Disqualified, type Running, startServer } from './running/server.js';
import type { Load, Scenario } from './scenarios/scenario.js';

export interface Conditions {
  readonly rounds: number;
  readonly seconds: number;
  readonly ground: Ground;
  readonly signal: AbortSignal;
  /** Told before each measurement, and after it with its result. */
  readonly progress: (text: string) => void;
}

/** Seconds of load before the measured one: just-in-time compilers need them. */
const warmUpSeconds = 2;

/**
 * One scenario on all servers: round after round, each server in turn, each time started anew, so that the
 * luck of one start decides nothing and no server's memory is shared with another's.
 */
export async function runScenario(
  scenario: Scenario,
  servers: readonly Peer[],
  conditions: Conditions,
): Promise<ScenarioResult> {
  await scenario.prepare?.(conditions.ground);
  const results = servers.map((peer) => takesPart(peer, scenario));
  for (let round = 0; round < conditions.rounds; round++)
    for (const [index, peer] of servers.entries()) {
      const result = results[index]!;
      if (result.note !== undefined) continue;
      conditions.signal.throwIfAborted();
      const place = `${scenario.name}, round ${round + 1} of ${conditions.rounds}, ${peer.name}`;
      conditions.progress(place);
      result.samples[round] = await measure(peer, scenario, conditions).catch((error: unknown) => {
        if (conditions.signal.aborted || !(error instanceof Disqualified)) throw error;
        result.note = `disqualified: ${firstLine(error.message)}`;
        conditions.progress(`${place}: disqualified: ${error.message}\n`);
        return undefined;
      });
      const sample = result.samples[round];
      if (sample) conditions.progress(`${place}: ${inWords(sample)}\n`);
    }
  const { name, text, primary } = scenario;
  return { name, text, primary, servers: results };
}

function takesPart(peer: Peer, scenario: Scenario): ServerResult {
  const refusal =
    scenario.reloads && !peer.reload
      ? 'it cannot load new code while it runs'
      : peer.refuses(scenario.site);
  return { name: peer.name, samples: [], ...(refusal === undefined ? {} : { note: refusal }) };
}

async function measure(peer: Peer, scenario: Scenario, conditions: Conditions): Promise<Sample> {
  const { ground, seconds, signal } = conditions;
  const server = await startServer(peer, scenario.site, scenario.checks, ground);
  try {
    const idleMemory = sum(memoryOf(server.roots));
    if (!scenario.cold)
      await scenario.measure(server, { seconds: Math.min(warmUpSeconds, seconds), signal });
    const { result, account } = await watch(server.roots, () =>
      scenario.measure(server, { seconds, signal }),
    );
    await checkAgain(server, scenario);
    return sampleOf(result, {
      ready: server.readySeconds,
      idleMemory,
      peakMemory: account.peakMemory,
      peakOfOne: account.peakOfOne,
      cpuSeconds: account.cpuSeconds,
    });
  } finally {
    await server.stop();
  }
}

async function checkAgain(server: Running, { checks }: Scenario): Promise<void> {
  for (const check of checks) {
    const wrong = whatIsWrong(check, await ask(server.port, check).catch(String));
    if (wrong !== undefined) throw new Disqualified(`after the load: ${wrong}`);
  }
}

function sampleOf(
  load: Load,
  { cpuSeconds, ...rest }: { cpuSeconds: number } & Pick<Sample, 'ready' | 'idleMemory'> & Sample,
): Sample {
  const { requests, seconds, errors, bytes } = load;
  if (requests === 0) return { ...rest, errors, busy: (100 * cpuSeconds) / seconds };
  return {
    ...rest,
    rate: requests / seconds,
    ...(bytes === undefined ? {} : { throughput: bytes / seconds / 1e6 }),
    ...(load.p50 === undefined ? {} : { p50: load.p50 }),
    ...(load.p99 === undefined ? {} : { p99: load.p99 }),
    cpu: (1e4 * cpuSeconds) / requests,
    errors,
  };
}

function inWords({ rate, throughput, ready, p99, cpu, errors }: Sample): string {
  const first =
    throughput !== undefined
      ? `${throughput.toFixed(0)} MB/s`
      : rate !== undefined
        ? `${rate.toFixed(0)}/s`
        : `ready after ${(ready ?? 0).toFixed(2)} s`;
  const more = p99 === undefined ? '' : `, p99 ${p99.toFixed(2)} ms, ${cpu?.toFixed(2)} CPU s`;
  return `${first}${more}${errors ? `, ${errors} errors` : ''}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
