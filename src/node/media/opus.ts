import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OpusExports } from '../../media/ports.ts';

/** The part of the language's WebAssembly that is needed; TypeScript knows it in browsers only. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
declare const WebAssembly: WebAssemblyApi;

/** A module of one function that uses a vector: it is valid where SIMD is. */
const VECTORS = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);

const require = createRequire(import.meta.url);
const nothing = (): number => 0;

/** The Opus library with a memory of its own; compiled here, in a few milliseconds. */
export function loadOpus(): OpusExports {
  const path = WebAssembly.validate(VECTORS)
    ? require.resolve('@evan/opus/wasm/simd.wasm')
    : require.resolve('@evan/opus/wasm/opus.wasm');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), {
    wasi_snapshot_preview1: { fd_seek: nothing, fd_write: nothing, fd_close: nothing, proc_exit: nothing },
    env: { emscripten_notify_memory_growth: nothing },
  });
  return instance.exports as OpusExports;
}
