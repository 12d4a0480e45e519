export * from './run.ts';
export { describeStorage } from './suite/describe-storage.ts';
