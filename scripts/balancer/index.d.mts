// Types of the balancer's functions for tests, which are TypeScript.

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Places {
  readonly home?: string;
  readonly packages?: string;
}

export interface GatewayState {
  /** gateway-1, gateway-2, … in the order in which they were given. */
  readonly name: string;
  readonly state: 'UP' | 'DOWN' | 'DRAIN' | 'MAINT' | 'NOLB';
  readonly connections: number;
  readonly total: number;
  readonly lastCheck: string;
}

export function startBalancer(
  options: Places & {
    readonly gateways: readonly Address[];
    readonly host?: string;
    readonly port?: number;
    readonly tell?: (line: string) => void;
  },
): Promise<Address>;
export function stopBalancer(places?: Places): Promise<void>;
export function balancerStatus(places?: Places): Promise<GatewayState[]>;
export function setGateway(name: string, state: 'ready' | 'drain' | 'maint', places?: Places): Promise<void>;
