import type { Feature } from '../../pbx/index.ts';

/** A number where the caller hears himself until he hangs up. */
export function echo(number: string): Feature {
  return {
    name: `echo ${number}`,
    extensions: (_context, builder) => {
      builder.on(number, (call) => call.echo());
    },
  };
}
