export {
  allows,
  type Answer,
  type Given,
  type Later,
  type Operation,
  problemOf,
  refused,
  type Status,
} from './answer.ts';
export { TOPICS } from '../pbx/index.ts';
export * as contract from './contract.ts';
export { openApi } from './openapi.ts';
export { operations } from './table.ts';
