import type { Call, MenuOptions } from '../../pbx/index.ts';

/** An application: a menu whose keys stand for numbers, of which the one that was chosen goes on; without a choice it says goodbye. */
export async function menuTo(call: Call, options: MenuOptions<string | number>): Promise<void> {
  const number = await call.menu(options);
  if (number === undefined) return call.play('goodbye');
  await call.goto(String(number));
}
