import { render } from 'preact';
import { App } from './app.tsx';
import { Model } from './model.ts';

let waiting = false;

/** What is told in one turn is drawn once. */
const model: Model = new Model(() => {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    draw();
  });
});

function draw(): void {
  render(<App model={model} />, document.body);
}

draw();
model.start();
