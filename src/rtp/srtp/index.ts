export { SrtpReceiver } from './receiver.ts';
export { SrtpSender } from './sender.ts';
export { type SuiteName, SUITES } from './suite.ts';
