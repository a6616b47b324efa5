import type { Endpoint } from '../plan/plan.js';
import { GatewaySeat, type SeatOptions } from './gateway-seat.js';
import type { ToGateway } from './link.js';

export type GatewaysOptions = SeatOptions;

/** All gateway processes of one server. */
export interface Gateways {
  /** Rejects when one cannot start; then none is left. They can be told things before. */
  readonly ready: Promise<void>;
  endpointUp(endpoint: Endpoint): void;
  endpointDown(id: number): void;
  endpointLeaving(id: number): void;
  groupBroken(processGroup: string, applicationGroup: string, reason: string): void;
  /** Lets running requests finish for at most `seconds`; resolves when no gateway process is left. */
  stop(seconds: number): Promise<void>;
  /** SIGKILL; `stop` resolves soon after. */
  killNow(): void;
}

/** Starts the gateways and keeps them running. A new one is told all that the dead one knew. */
export function startGateways(options: GatewaysOptions): Gateways {
  const endpoints = new Map<number, Endpoint>();
  const broken = new Map<string, ToGateway>();
  const known = (): ToGateway[] => [
    ...broken.values(),
    ...[...endpoints.values()].map((endpoint) => ({ type: 'endpoint-up' as const, endpoint })),
  ];
  const seats = Array.from(
    { length: options.plan.gateways.count },
    (_, index) => new GatewaySeat(options, index, known),
  );
  const ready = allStarted(seats);
  // Whoever does not wait for it does not want to know.
  ready.catch(() => {});
  const tellAll = (message: ToGateway) => {
    for (const seat of seats) seat.send(message);
  };
  return {
    ready,
    endpointUp(endpoint) {
      endpoints.set(endpoint.id, endpoint);
      broken.delete(pairOf(endpoint.processGroup, endpoint.applicationGroup));
      tellAll({ type: 'endpoint-up', endpoint });
    },
    endpointDown(id) {
      endpoints.delete(id);
      tellAll({ type: 'endpoint-down', id });
    },
    endpointLeaving(id) {
      endpoints.delete(id);
      tellAll({ type: 'endpoint-leaving', id });
    },
    groupBroken(processGroup, applicationGroup, reason) {
      const message = { type: 'group-broken' as const, processGroup, applicationGroup, reason };
      broken.set(pairOf(processGroup, applicationGroup), message);
      tellAll(message);
    },
    async stop(seconds) {
      await Promise.all(seats.map((seat) => seat.stop(seconds)));
    },
    killNow() {
      for (const seat of seats) seat.killNow();
    },
  };
}

async function allStarted(seats: readonly GatewaySeat[]): Promise<void> {
  try {
    await Promise.all(seats.map((seat) => seat.started));
  } catch (error) {
    for (const seat of seats) seat.killNow();
    await Promise.all(seats.map((seat) => seat.stop(0)));
    throw error;
  }
}

function pairOf(processGroup: string, applicationGroup: string): string {
  return JSON.stringify([processGroup, applicationGroup]);
}
