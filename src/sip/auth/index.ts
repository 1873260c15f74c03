export { answer, type AnswerInput, isStale, NonceCounts } from './answer.ts';
export { type Challenger, type ChallengerOptions, createChallenger, type Secrets, type Verdict } from './challenger.ts';
export { ALGORITHMS, type Algorithm, algorithmOf, type DigestInput, digestResponse, ha1 } from './digest.ts';
