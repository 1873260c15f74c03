import { reasonPhrase } from '../message/index.ts';
import type { Response } from '../message/types.ts';
import type { ClientUser, Failure } from '../transaction/types.ts';
import type { Refusal } from './types.ts';

/** RFC 3261 §8.1.3.1: a time-out is a 408, a transport error a 503. */
export function refusalOf(why: Response | Failure): Refusal {
  if (typeof why === 'object') return { status: why.status, reasonPhrase: why.reasonPhrase, response: why };
  return refusal(why === 'timeout' ? 408 : 503);
}

/** A refusal that no response told. */
export function refusal(status: number): Refusal {
  return { status, reasonPhrase: reasonPhrase(status), response: undefined };
}

/** The user of a transaction of which only the end matters. */
export function whenDone(done: (result: Response | Refusal) => void): ClientUser {
  return {
    response: (response) => {
      if (response.status >= 300) done(refusalOf(response));
      else if (response.status >= 200) done(response);
    },
    failed: (failure) => done(refusalOf(failure)),
  };
}
