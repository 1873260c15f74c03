import type { Outcome } from '../../call/index.ts';
import { reasonPhrase } from '../../sip/message/index.ts';
import type { DialplanBuilder, Script } from '../dialplan.ts';
import type { BridgeOptions, Call, DialOptions } from '../script.ts';
import type { ExtensionTable } from './schema.ts';

type Extension = ExtensionTable[string];

/** What makes an extension one thing and no other. */
export const ACTIONS = ['dial', 'play', 'echo', 'music', 'connect', 'run', 'hangup'] as const;

/** What says how an endpoint is rung, and means nothing elsewhere. */
export const DIALLING = [
  'for',
  'strategy',
  'calls',
  'withhold',
  'alert',
  'autoAnswer',
  'otherwise',
  'whenTransferFails',
  'ringBack',
] as const;

/** The rules of a table of extensions; endpoints are dialled by their own numbers where no rule takes them. */
export function tableRules(builder: DialplanBuilder, table: ExtensionTable, endpoints: ReadonlySet<string>): void {
  for (const [pattern, extension] of Object.entries(table)) builder.on(pattern, scriptOf(extension, endpoints));
  builder.otherwise((number) => (endpoints.has(number) ? endpointScript(number) : undefined));
}

function endpointScript(number: string): Script {
  return async (call) => conclude(call, await call.dial(number));
}

function scriptOf(extension: Extension, endpoints: ReadonlySet<string>): Script {
  const { play, echo, music, connect, run, options = {}, hangup: status } = extension;
  if (play !== undefined) return (call) => call.play(...play);
  if (echo === true) return (call) => call.echo();
  if (music === true) return (call) => call.music();
  if (connect !== undefined) return connecting(connect);
  if (run !== undefined) return async (call) => void (await call.run(run, options));
  if (status !== undefined) return (call) => call.hangup({ status, reasonPhrase: reasonPhrase(status) });
  return dialling(extension, endpoints);
}

/** Goes where the program sends it. */
function connecting({ url, headers }: NonNullable<Extension['connect']>): Script {
  return async (call) => {
    const connected = await call.connect(url, headers === undefined ? {} : { headers });
    if ('number' in connected) await call.goto(connected.number);
  };
}

function dialling(extension: Extension, endpoints: ReadonlySet<string>): Script {
  const { dial = [], otherwise } = extension;
  const [first = ''] = dial;
  if (!endpoints.has(first)) return (call) => call.goto(first);
  const options = optionsOf(extension);
  return async (call) => {
    const outcome = await call.dial(dial, options);
    if (outcome.kind === 'answered' || otherwise === undefined) return conclude(call, outcome, talkOf(extension));
    return call.goto(otherwise);
  };
}

function optionsOf({ for: ringing, strategy, calls, withhold, alert, autoAnswer }: Extension): DialOptions {
  return {
    ...(ringing === undefined ? {} : { for: ringing }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(calls === undefined ? {} : { callLimit: calls }),
    ...(withhold === undefined ? {} : { withhold }),
    ...(alert === undefined ? {} : { alert }),
    ...(autoAnswer === undefined ? {} : { autoAnswer }),
  };
}

function talkOf({ whenTransferFails: failed, ringBack }: Extension): BridgeOptions {
  const policy = failed === undefined || failed === 'recall' || failed === 'hangup' ? failed : { number: failed };
  return { ...(policy && { whenTransferFails: policy }), ...(ringBack && { ringBack }) };
}

/** Talks to who answered; tells the caller's phone what else came of it. */
function conclude(call: Call, outcome: Outcome, talk: BridgeOptions = {}): Promise<void> {
  return outcome.kind === 'answered' ? call.bridge(outcome.leg, talk) : call.hangup(outcome);
}
