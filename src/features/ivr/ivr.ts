import type { Call, Feature, MenuOptions } from '../../pbx/index.ts';

/** What a choice does. */
export type Choice = (call: Call) => Promise<void> | void;

/** A number that answers with a menu: each key does something; after three tries without a choice it says goodbye. */
export function ivr(number: string, options: MenuOptions<Choice>): Feature {
  return {
    name: `ivr ${number}`,
    extensions: (_context, builder) => {
      builder.on(number, async (call) => {
        const choice = await call.menu(options);
        if (choice === undefined) return call.play('goodbye');
        await choice(call);
      });
    },
  };
}
