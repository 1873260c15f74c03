import { type Display, type Phone, type Sent, World } from '../testing/index.ts';
import { setStage } from '../testing/story.ts';
import { SHOWN } from '../use-cases/shown.ts';

const INTRODUCTION = `# What your phone shows, and when

A display shows who is at the other end: the name and number of whoever the phone would be talking to. Nobody sets it; it
follows from where the call is. It changes at the end of the step that changed the call, and only if the party did.

| the phone | is told by |
| --- | --- |
| calls, not answered yet | a 180 or 183 with P-Asserted-Identity; another one when somebody else rings |
| rings | From and P-Asserted-Identity of its INVITE; UPDATE when the caller becomes another, if its 180 said that it takes UPDATE |
| talks | UPDATE if it takes it, else a re-INVITE that changes nothing |

Remote-Party-ID goes with it where the endpoint has \`remotePartyId\`. From names the party too for phones that have said that they
read it there (\`from-change\`, RFC 4916); for others From and To stay as they were. A phone that rings and takes no UPDATE is told when
it has answered. Whoever withholds his number is shown as anonymous to all but trusted systems.

Each picture below was drawn from a use case as it is played in the tests (\`use-cases/shown.ts\`). Left out: registrations, ACK,
100, challenges and answers that say nothing but OK.
`;

/** docs/displays.md: what phones show, drawn from the stories. */
export async function displays(): Promise<string> {
  const sections: string[] = [];
  for (const { title, says, act } of SHOWN) {
    const lines = await drawn(act);
    sections.push(
      `\n## ${title}\n\n${says}\n\n\`\`\`mermaid\nsequenceDiagram\n${lines.map((line) => `  ${line}\n`).join('')}\`\`\`\n`,
    );
  }
  return [INTRODUCTION, ...sections].join('');
}

async function drawn(act: (typeof SHOWN)[number]['act']): Promise<readonly string[]> {
  const world = new World({ seed: 'plain' });
  const stage = await setStage(world);
  const lines: string[] = [];
  const notes = [stage.alice, stage.bob, stage.carol].map((phone) => shownBy(phone, (line) => lines.push(line)));
  const note = (): void => {
    for (const look of notes) look();
  };
  let seen = 0;
  world.network.observe(() => {
    note();
    for (const sent of world.transcript.messages.slice(seen)) lines.push(...arrow(sent));
    seen = world.transcript.messages.length;
  });
  await act(stage);
  note();
  const cast = ['alice', 'exchange', 'bob', 'carol'].filter((name) => lines.some((line) => line.includes(name)));
  return [...cast.map((name) => `participant ${name}`), ...lines];
}

/** Tells each change of what its calls show. */
function shownBy(phone: Phone, tell: (line: string) => void): () => void {
  const before = new Map<object, Display>();
  return () => {
    for (const call of phone.calls) {
      const { display, ended } = call;
      const last = before.get(call);
      if (ended || (last?.name === display.name && last.number === display.number)) continue;
      before.set(call, display);
      tell(`Note over ${phone.name}: shows ${`${display.name} ${display.number}`.trim()}`);
    }
  };
}

const SILENT = /^(REGISTER|ACK|SIP\/2\.0 (100|401) )/;

function arrow({ from, to, firstLine, cseq, text }: Sent): readonly string[] {
  const method = cseq.split(' ')[1] ?? '';
  const plain = firstLine.startsWith('SIP/2.0 200') && method !== 'INVITE';
  if (SILENT.test(firstLine) || plain || method === 'REGISTER' || isChallenged(text)) return [];
  const who = /^P-Asserted-Identity: (?:"?([^"<]*?)"? ?)<sips?:([^@>;]+)/im.exec(text);
  const named = who === null || from !== 'exchange' ? '' : ` (${`${who[1] ?? ''} ${who[2]}`.trim()})`;
  const what = firstLine.startsWith('SIP/2.0 ')
    ? `${firstLine.slice(8)} (${method})`
    : `${method}${dialled(from, firstLine)}${told(text)}`;
  return [`${from}->>${to}: ${what}${named}`];
}

/** Sent once more with credentials. */
function isChallenged(text: string): boolean {
  return /^INVITE (?![^]*^Authorization:)[^]*^To: [^\r]*>\r$/im.test(text) && !/^P-Asserted-Identity:/im.test(text);
}

function dialled(from: string, firstLine: string): string {
  const user = from === 'exchange' ? undefined : /^INVITE sips?:([^@]+)@/.exec(firstLine)?.[1];
  return user === undefined ? '' : ` ${user}`;
}

/** A NOTIFY says what it is about, a REFER whereto. */
function told(text: string): string {
  const fragment = /\r\n\r\nSIP\/2\.0 (\d{3} [^\r\n]+)/.exec(text)?.[1];
  const where = /^Refer-To: <sip:([^@]+)@[^>?]*(\?Replaces)?/im.exec(text);
  const replaces = where?.[2] === undefined ? '' : ' with Replaces';
  return `${fragment === undefined ? '' : ` ${fragment}`}${where === null ? '' : ` to ${where[1]}${replaces}`}`;
}
