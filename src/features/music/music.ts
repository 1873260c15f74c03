import type { Feature } from '../../pbx/index.ts';

/** A number that plays the music of the house until the caller hangs up. */
export function music(number: string): Feature {
  return {
    name: `music ${number}`,
    extensions: (_context, builder) => {
      builder.on(number, (call) => call.music());
    },
  };
}
