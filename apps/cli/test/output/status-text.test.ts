import { expect, test } from 'vitest';

import { statusLines } from '../../src/output/status-text.ts';

/** The texts of these tests were printed by DVC 3.67.1. */
test('stages with changes', () => {
  const document = {
    'd.dvc': [{ 'changed outs': { d: 'modified' } }],
    train: [{ 'changed deps': { 'params.yaml': { 'train.lr': 'modified' } } }, 'changed command', 'always changed'],
  };
  expect(statusLines(document).join('\n')).toBe(
    [
      'd.dvc:',
      '\tchanged outs:',
      '\t\tmodified:           d',
      'train:',
      '\tchanged deps:',
      '\t\tparams.yaml:',
      '\t\t\tmodified:           train.lr',
      '\tchanged command',
      '\talways changed',
    ].join('\n'),
  );
});

test('cache against remote', () => {
  expect(statusLines({ 'd/1': 'new', b: 'deleted' }, 1)).toEqual(['\tnew:                d/1', '\tdeleted:            b']);
});
