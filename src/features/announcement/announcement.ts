import type { Feature } from '../../pbx/index.ts';

/** A number that plays prompts, one after another, and hangs up. */
export function announcement(number: string, ...files: readonly string[]): Feature {
  return {
    name: `announcement ${number}`,
    extensions: (_context, builder) => {
      builder.on(number, (call) => call.play(...files));
    },
  };
}
