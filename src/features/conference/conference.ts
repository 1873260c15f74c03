import type { Feature, RoomOptions } from '../../pbx/index.ts';

/** A number where callers talk with all who have dialled it. */
export function conference(number: string, options: RoomOptions = {}): Feature {
  return {
    name: `conference ${number}`,
    extensions: ({ rooms }, builder) => {
      rooms.declare(number, options);
      builder.on(number, async (call) => {
        await call.conference(number);
      });
    },
  };
}
