export { type NotRead, type Refer, readRefer } from './read.ts';
export { type Referral, SILENT } from './referral.ts';
export { parseReplaces, printReplaces, type Replaces, replacesIn, targetDialogIn } from './replaces.ts';
