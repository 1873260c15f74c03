import type { Kernel, Timer } from '../kernel/index.ts';

/** What came of a text: the name of a sound, or why there is none. */
export type Spoken = { readonly file: string } | { readonly why: string };

/** Makes sounds of texts. Answers once, at once or later. */
export interface Speech {
  speak(text: string, then: (spoken: Spoken) => void): void;
}

/** Longer texts are books. */
const LONGEST = 2000;

/** Has a text spoken; the answer comes as an input of its own. */
export function speak(
  kernel: Kernel,
  speech: Speech | undefined,
  text: string,
  then: (file: string | undefined, why: string) => void,
): Timer {
  const put = (answer: (spoken: Spoken) => void): void => {
    if (speech === undefined) kernel.scene.after(0, () => answer({ why: 'nothing speaks here: install espeak-ng' }));
    else if (text.length > LONGEST) kernel.scene.after(0, () => answer({ why: `a text of ${text.length} characters` }));
    else speech.speak(text, answer);
  };
  return kernel.scene.ask<Spoken>('speech', put, (spoken) => {
    if ('file' in spoken) then(spoken.file, '');
    else then(undefined, spoken.why);
  });
}
