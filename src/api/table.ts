import { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ExchangeView } from '../pbx/index.ts';
import { type Answer, answer, type Given, type Later, misfit, type Operation, refused } from './answer.ts';
import { changeConference, changeMember, conferenceOf, endConference, kick } from './conferences.ts';
import * as contract from './contract.ts';
import { originate } from './originate.ts';
import { divert, forwardingOf, park } from './forwarding.ts';
import { createToken, revokeToken } from './tokens.ts';
import { transfer } from './transfer.ts';

interface Typed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O extends z.ZodType>
  extends Omit<Operation, 'handle' | 'status' | 'params' | 'query' | 'body'> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly output: O;
  readonly status?: Operation['status'];
  readonly handle: (
    view: ExchangeView,
    given: {
      readonly params: z.output<P>;
      readonly query: z.output<Q>;
      readonly body: z.output<B>;
      readonly token: Given['token'];
    },
  ) => Answer<z.input<O>> | Later<z.input<O>>;
}

/** Nothing is taken where nothing is asked for. */
const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

/** Ties a handler's types to its schemas, checks what comes in and lets nothing out that the contract does not name. */
function operation<
  O extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(typed: Typed<P, Q, B, O>): Operation {
  const { handle, params, query, body, output, status = 200, ...rest } = typed;
  const input = z.object({ params: params ?? NOTHING, query: query ?? NOTHING, body: body ?? NOTHING });
  const named = <T>(given: Answer<T>): Answer<unknown> =>
    given.ok ? { ...given, body: output.parse(given.body) } : given;
  return {
    ...rest,
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body }),
    output,
    status,
    handle: (view, given) => {
      const parsed = input.safeParse({ params: given.params ?? {}, query: given.query ?? {}, body: given.body ?? {} });
      if (!parsed.success) return misfit(withoutPlace(parsed.error));
      const said = handle(view, { ...parsed.data, token: given.token } as never);
      if (!('later' in said)) return named(said);
      return {
        later: (then, progress) =>
          said.later(
            (last) => then(named(last)),
            (now) => progress(output.parse(now)),
          ),
      };
    },
  };
}

/** A field is named as its sender wrote it, not by where it stood. */
function withoutPlace(error: z.ZodError): z.ZodError {
  return new z.ZodError(error.issues.map((issue) => ({ ...issue, path: issue.path.slice(1) })));
}

export const operations: readonly Operation[] = [
  operation({
    method: 'GET',
    path: '/api/status',
    summary: 'How the exchange is',
    scopes: ['read'],
    output: contract.status,
    handle: (view) => answer(view.status()),
  }),
  operation({
    method: 'GET',
    path: '/api/calls',
    summary: 'The calls in progress',
    scopes: ['read'],
    output: z.array(contract.call).readonly(),
    handle: (view) => answer(view.calls()),
  }),
  operation({
    method: 'POST',
    path: '/api/calls',
    summary: 'Places a call: rings phones, then does with who answers what a number does, or joins him with another',
    scopes: ['calls'],
    query: contract.waiting,
    body: contract.origination,
    output: contract.call,
    status: 202,
    handle: (view, { query, body }) => originate(view, body, query.wait === 'true'),
  }),
  operation({
    method: 'GET',
    path: '/api/calls/:id',
    summary: 'A call in progress, with how well each leg hears and is heard now, or what became of one that was placed',
    scopes: ['read', 'calls'],
    params: contract.byId,
    output: contract.call,
    handle: (view, { params: { id } }) => ({
      later: (then) => {
        view.measured(id, (call) => then(call === undefined ? noCall(id) : answer(call)));
        return () => undefined;
      },
    }),
  }),
  operation({
    method: 'DELETE',
    path: '/api/calls/:id',
    summary: 'Ends a call, or gives up placing it',
    scopes: ['calls'],
    params: contract.byBeginning,
    output: contract.ended,
    handle: (view, { params: { id } }) => (view.hangup(id) ? answer({ ended: true as const }) : noCall(id)),
  }),
  operation({
    method: 'POST',
    path: '/api/calls/:id/transfer',
    summary: 'Sends whom an account talks to elsewhere, or joins him with whom its other call is with',
    scopes: ['calls'],
    params: contract.byBeginning,
    body: contract.transfer,
    output: contract.transferAsked,
    status: 202,
    handle: (view, { params, body }) => transfer(view, params.id, body),
  }),
  operation({
    method: 'GET',
    path: '/api/conferences',
    summary: 'The conferences with somebody in them',
    scopes: ['read', 'calls'],
    output: z.array(contract.conference).readonly(),
    handle: (view) => answer(view.conferences.views()),
  }),
  operation({
    method: 'GET',
    path: '/api/conferences/:number',
    summary: 'One of them',
    scopes: ['read', 'calls'],
    params: contract.byNumber,
    output: contract.conference,
    handle: (view, { params }) => conferenceOf(view, params.number),
  }),
  operation({
    method: 'POST',
    path: '/api/conferences/:number',
    summary: 'Locks a conference or opens it, begins to record it or ceases',
    scopes: ['calls'],
    params: contract.byNumber,
    body: contract.conferenceChange,
    output: contract.conference,
    handle: (view, { params, body }) => changeConference(view, params.number, body),
  }),
  operation({
    method: 'DELETE',
    path: '/api/conferences/:number',
    summary: 'Ends a conference: sends everybody away',
    scopes: ['calls'],
    params: contract.byNumber,
    output: contract.ended,
    handle: (view, { params }) => endConference(view, params.number),
  }),
  operation({
    method: 'POST',
    path: '/api/conferences/:number/members/:id',
    summary: 'Mutes a member, makes him deaf, lowers his hand, or the reverse',
    scopes: ['calls'],
    params: contract.byMember,
    body: contract.memberChange,
    output: contract.conference,
    handle: (view, { params, body }) => changeMember(view, params, body),
  }),
  operation({
    method: 'DELETE',
    path: '/api/conferences/:number/members/:id',
    summary: 'Sends a member away',
    scopes: ['calls'],
    params: contract.byMember,
    output: contract.ended,
    handle: (view, { params }) => kick(view, params),
  }),
  operation({
    method: 'GET',
    path: '/api/registrations',
    summary: 'Where the phones are',
    scopes: ['read'],
    output: z.array(contract.registration).readonly(),
    handle: (view) => answer(view.registrations()),
  }),
  operation({
    method: 'GET',
    path: '/api/cdr',
    summary: 'The last calls that have ended; a Link header says where older ones are',
    scopes: ['read'],
    query: contract.page,
    output: z.array(contract.record).readonly(),
    handle: (view, { query: { limit, before } }) => {
      const records = view.records(limit, before);
      const last = records.length < limit ? undefined : records.at(-1)?.id;
      const next = last === undefined ? {} : { next: `/api/cdr?limit=${limit}&before=${encodeURIComponent(last)}` };
      return { ...answer(records), ...next };
    },
  }),
  operation({
    method: 'GET',
    path: '/api/accounts',
    summary: 'Who has a number',
    scopes: ['read'],
    output: z.array(contract.account).readonly(),
    handle: (view) => answer(view.accounts()),
  }),
  operation({
    method: 'GET',
    path: '/api/accounts/:number',
    summary: 'One of them, and what it does now',
    scopes: ['read'],
    params: contract.byNumber,
    output: contract.endpoint,
    handle: (view, { params }) => endpoint(view, params.number),
  }),
  operation({
    method: 'GET',
    path: '/api/accounts/:number/forwarding',
    summary: 'Where its calls go, and whether it is to be left alone',
    scopes: ['read'],
    params: contract.byNumber,
    output: contract.forwarding,
    handle: (view, { params }) => forwardingOf(view, params.number),
  }),
  operation({
    method: 'POST',
    path: '/api/accounts/:number/forwarding',
    summary: 'Says where its calls go; what is left out stays as it is',
    scopes: ['calls'],
    params: contract.byNumber,
    body: contract.newForwarding,
    output: contract.forwarding,
    handle: (view, { params, body }) => divert(view, params.number, body),
  }),
  operation({
    method: 'GET',
    path: '/api/parking',
    summary: 'Who is parked where',
    scopes: ['read'],
    output: z.array(contract.parkedCall).readonly(),
    handle: (view) => answer(view.parked()),
  }),
  operation({
    method: 'POST',
    path: '/api/calls/:id/park',
    summary: 'Parks whom an account talks to in that call',
    scopes: ['calls'],
    params: contract.byId,
    body: contract.parking,
    output: contract.parkingAsked,
    status: 202,
    handle: (view, { params, body }) => park(view, params.id, body),
  }),
  operation({
    method: 'GET',
    path: '/api/token',
    summary: 'What the key allows that this request came with',
    scopes: ['read', 'calls'],
    output: contract.key,
    handle: (_view, { token }) => answer(token ?? { name: 'control socket', scopes: ['admin'] as const }),
  }),
  operation({
    method: 'GET',
    path: '/api/tokens',
    summary: 'The keys to this API, without their secrets',
    scopes: ['admin'],
    output: z.array(contract.token).readonly(),
    handle: (view) => answer(view.tokens.list()),
  }),
  operation({
    method: 'POST',
    path: '/api/tokens',
    summary: 'Makes a key; it is shown in this answer and never again',
    scopes: ['admin'],
    body: contract.newToken,
    output: contract.madeToken,
    status: 201,
    handle: (view, { body }) => createToken(view, body),
  }),
  operation({
    method: 'DELETE',
    path: '/api/tokens/:id',
    summary: 'Makes a key worthless at once',
    scopes: ['admin'],
    params: contract.byTokenId,
    output: contract.ended,
    handle: (view, { params: { id } }) => revokeToken(view, id),
  }),
  operation({
    method: 'GET',
    path: '/api/version',
    summary: 'Which Strowger this is',
    scopes: ['read'],
    output: contract.version,
    handle: (view) => answer({ version: view.status().version }),
  }),
];

function noCall(id: string): Answer<never> {
  return refused(404, new StrowgerError('E_NO_CALL', { id }));
}

function endpoint(view: ExchangeView, number: string): Answer<z.input<typeof contract.endpoint>> {
  const account = view.accounts().find((one) => one.number === number);
  if (account === undefined) return refused(404, new StrowgerError('E_NO_ACCOUNT', { number }));
  const registrations = view.registrations().filter((one) => one.account === number).length;
  const calls = view.calls().filter(({ legs }) => legs.some(({ party }) => party.number === number)).length;
  const diversion = view.diversion(number);
  if (diversion === undefined) return refused(404, new StrowgerError('E_NO_ACCOUNT', { number }));
  return answer({ number, name: account.name, registrations, calls, forwarding: diversion });
}
