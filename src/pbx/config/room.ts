import { z } from 'zod';
import { count, digits, flag, language, text } from './values.ts';

const pin = digits.pipe(z.string().regex(/^\d{1,20}$/)).meta({ takes: 'up to 20 digits, in quotes' });

export const room = z.strictObject({
  name: text.optional().describe("As displays show it. 'Conference' and its number unless said."),
  pin: pin.optional().describe('Asked of those who come in.'),
  moderatorPin: pin
    .optional()
    .describe('Who enters this one is a moderator: may lock, record and send others away. Without it everybody is.'),
  announce: flag.default(true).describe('A tone tells that somebody comes or goes.'),
  record: flag.default(false).describe('All that is said is recorded, from the first member to the last.'),
  maxMembers: count.optional().describe('More than so many are not let in. Any number unless said.'),
  locked: flag.default(false).describe('Only moderators come in until it is opened.'),
  withoutModerator: z
    .enum(['waits', 'ends'])
    .optional()
    .describe(
      'Until a moderator is in it the others hear music. When the last one has left, they wait for the next (waits), or all are sent away (ends). Left out: it needs none.',
    ),
  language: language.optional().describe('In which is spoken what all in it hear; else that of the exchange.'),
});
