import { parseNameAddr, parseUri, printUri } from '../message/index.ts';
import type { Uri } from '../message/types.ts';

/** The Request-URI and the Route values a target and a route set come to. */
export interface Routed {
  readonly uri: string;
  readonly route: readonly string[];
}

/** RFC 3261 §12.2.1.1: loose routing when the first route has `lr`, else strict routing as in RFC 2543. */
export function routed(target: string, routeSet: readonly string[]): Routed {
  const first = firstHop(routeSet);
  if (first === undefined || first.params.has('lr')) return { uri: target, route: routeSet };
  return { uri: printUri(asRequestUri(first)), route: [...routeSet.slice(1), `<${target}>`] };
}

/** Where a request with that target and route set goes first (§8.1.2); undefined when that cannot be read. */
export function nextHop(target: string, routeSet: readonly string[]): Uri | undefined {
  return routeSet.length > 0 ? firstHop(routeSet) : parseUri(target);
}

function firstHop(routeSet: readonly string[]): Uri | undefined {
  const first = routeSet[0];
  return first === undefined ? undefined : parseNameAddr(first)?.uri;
}

/** §19.1.1, Table 1: neither `method` nor headers may stand in a Request-URI. */
function asRequestUri(uri: Uri): Uri {
  return { ...uri, params: new Map([...uri.params].filter(([name]) => name !== 'method')), headers: '' };
}
