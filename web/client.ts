import type { Problem } from '../src/api/contract.ts';

/** The API said no; `message` is what it said. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** It said nothing at all. */
export class Unreachable extends Error {
  constructor() {
    super('The exchange does not answer.');
  }
}

const WITHIN = 10_000;

/** One request. Rejects with {@link Refused} or {@link Unreachable}. */
export async function ask<T>(
  token: string | undefined,
  path: string,
  method: 'GET' | 'POST' | 'DELETE' = 'GET',
  body?: unknown,
): Promise<T> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await reached(path, {
    method,
    headers,
    cache: 'no-store',
    signal: AbortSignal.timeout(WITHIN),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return said as T;
  throw new Refused(answer.status, sentence(said as Partial<Problem> | undefined, answer.status));
}

async function reached(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch {
    throw new Unreachable();
  }
}

function sentence({ detail, title }: Partial<Problem> = {}, status: number): string {
  if (detail === undefined) return `The exchange answered ${status}.`;
  return title === undefined ? detail : `${detail} ${title}`;
}
