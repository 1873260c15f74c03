import { Kernel } from '../kernel/index.ts';
import type { Hears, MixerSpec } from '../media/protocol.ts';
import type { LegDriver } from './driver.ts';
import type { Leg, LegOwner } from './leg.ts';
import { Switchboard } from './switchboard.ts';

/** Legs without a wire, for tests of what moves them. */
export interface Scene {
  readonly board: Switchboard;
  readonly kernel: Kernel;
  /** What was done to legs, in words. */
  readonly acts: string[];
  readonly hears: Map<Leg, Hears>;
  /** What conferences mix, by id. */
  readonly mixes: Map<string, MixerSpec>;
  readonly leg: (name: string, direction: 'in' | 'out') => Leg;
  readonly go: (ms: number) => void;
}

export function scene(): Scene {
  let now = 0;
  let octet = 0;
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    arm: () => undefined,
    onFault: ({ error }) => {
      throw error;
    },
    crypto: {
      hash: () => new Uint8Array(),
      hmac: () => new Uint8Array(),
      random: (count) => new Uint8Array(count).fill((octet += 1)),
      equal: () => true,
    },
  });
  const acts: string[] = [];
  const hears = new Map<Leg, Hears>();
  const mixes = new Map<string, MixerSpec>();
  const driver: LegDriver = {
    ring: (leg, shows) => void acts.push(`${leg.party.name} hears ringing of ${shows?.name}`),
    early: (leg, shows) => void acts.push(`${leg.party.name} listens to ${shows?.name}`),
    progress: (leg, status) => void acts.push(`${leg.party.name} hears of ${status}`),
    connectedTo: (leg, shows) => void acts.push(`${leg.party.name} sees ${shows.name}`),
    answer: (leg, shows) => void acts.push(`${leg.party.name} is answered by ${shows?.name}`),
    end: (leg, cause) => void acts.push(`${leg.party.name} ends ${cause.status} ${cause.reasonPhrase}`),
    hear: (leg, what) => void hears.set(leg, what),
    mix: (conference, spec) => void (spec === undefined ? mixes.delete(conference) : mixes.set(conference, spec)),
    tap: (leg, taps) => void acts.push(`${leg.party.name} is tapped by ${taps.map(({ file }) => file).join()}`),
    key: (leg, digit, ms, by) => void acts.push(`${leg.party.name} gets ${digit} of ${ms} ms by ${by}`),
    sessionOf: (leg) => `media of ${leg.party.name}`,
  };
  const board = new Switchboard(kernel, driver, () => undefined);
  return {
    board,
    kernel,
    acts,
    hears,
    mixes,
    leg: (name, direction) => board.add({ direction, call: 'c', account: name, party: { name, number: name } }),
    go: (ms) => {
      const until = now + ms;
      for (let due = kernel.nextDue(); due !== undefined && due <= until; due = kernel.nextDue()) {
        now = due;
        kernel.runDue();
      }
      now = until;
    },
  };
}

export function owner(told: string[]): LegOwner {
  return {
    ringing: () => undefined,
    early: () => undefined,
    progress: () => undefined,
    answered: () => undefined,
    digit: (_leg, digit) => void told.push(digit),
    played: () => undefined,
    gone: (leg) => void told.push(`${leg.party.name} gone`),
  };
}
