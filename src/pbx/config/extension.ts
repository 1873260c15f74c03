import { z } from 'zod';
import { isProgram } from '../script/connecting.ts';
import { count, file, flag, label, lasting, number } from './values.ts';

const program = z.string().refine((url) => isProgram(url), 'no ws: or wss: address');

export const extension = z
  .strictObject({
    dial: z
      .union([number.transform((one) => [one]), z.array(number).min(1)])
      .optional()
      .meta({
        takes: 'a number, or a list of them',
        description: 'Rings an endpoint or several, or does what another extension does.',
      }),
    for: lasting.optional().describe("How long it rings, one after another each of them: '20s' unless said."),
    strategy: z
      .enum(['all', 'inOrder', 'random'])
      .optional()
      .describe('Several ring at once (all) unless said, else one after another.'),
    calls: count.optional().describe('Busy when the endpoint has so many calls.'),
    withhold: flag.optional().describe('Does not say who calls.'),
    alert: z
      .string()
      .regex(/^[!#-;=?-~]+$/)
      .optional()
      .meta({
        takes: 'a word or a URI',
        description: 'Distinctive ring, by a name that the phones know or a URI (Alert-Info).',
      }),
    autoAnswer: flag.optional().describe('The phones pick up by themselves: intercom.'),
    otherwise: number.optional().describe('Extension or endpoint that goes on when nobody answers.'),
    whenTransferFails: number.optional().meta({
      takes: "'recall', 'hangup' or a number",
      description:
        'The same as `failed` of an endpoint’s `transfer`, for those who talk by this extension, whoever of them transfers the other.',
    }),
    ringBack: lasting.optional().describe('The same as `ringBack` of an endpoint’s `transfer`.'),
    play: z
      .union([file.transform((name) => [name]), z.array(file).min(1)])
      .optional()
      .describe('Plays sounds, then hangs up.'),
    echo: z.literal(true).optional().describe('Lets callers hear themselves.'),
    music: z.literal(true).optional().describe('Plays music.'),
    connect: z
      .union([
        program.transform((url) => ({ url, headers: undefined })),
        z.strictObject({ url: program, headers: z.record(z.string(), z.string()).optional() }),
      ])
      .optional()
      .meta({
        takes: 'a ws: or wss: address, or { url, headers }',
        description:
          'Joins callers with a program over a WebSocket (docs/program-legs.md), and goes where it sends them.',
      }),
    run: label
      .optional()
      .describe("Runs an application: 'menu', or one of `applications`. It is given the table `options`."),
    options: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ takes: 'a table', description: 'What `run` gives its application.' }),
    hangup: z.int().min(400).max(699).optional().describe('Refuses the call with this SIP status.'),
  })
  .meta({ takes: 'one of dial, play, echo, music, connect, run and hangup' });
