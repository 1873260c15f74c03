import type { Errand, Leg } from '../call/index.ts';
import type { Script } from './dialplan.ts';
import { Running } from './script/running.ts';
import type { Surroundings } from './script/surroundings.ts';
import { Verbs } from './script/verbs.ts';

export type { Application } from './script/applying.ts';
export type { BridgeOptions, TransferRules } from './script/bridging.ts';
export type { Call, Waiting } from './script/call.ts';
export type { ConferenceOptions, Conferred } from './script/conferring.ts';
export type { Connected, ConnectOptions } from './script/connecting.ts';
export type { DialOptions, DialTarget } from './script/dialling.ts';
export type { DigitsOptions, Typed } from './script/digits.ts';
export { Gone } from './script/gone.ts';
export type { MenuOptions } from './script/menu.ts';
export type { Park, Parked, ParkOptions } from './script/parking.ts';
export type { Playable, PlayOptions } from './script/playing.ts';
export type { Recorded, RecordingOptions, RecordOptions } from './script/recording.ts';
export type { Surroundings } from './script/surroundings.ts';
export type { Delivered } from './script/texting.ts';

/**
 * Runs a script on behalf of a leg: takes the leg into a place of its own, and ends it when the script ends. `errand`: who sent
 * a leg that is up already; it hears music until somebody rings, and is given back when nobody answers.
 */
export function runScript(around: Surroundings, leg: Leg, dialed: string, script: Script, errand?: Errand): void {
  const running = new Running(around, leg, dialed, errand);
  running.start(script, new Verbs(running));
}
