import { expect, test } from 'vitest';

import { planQuery } from '../../src/transfer/plan-query.ts';

test('a few objects are asked for one by one, whatever the store holds', () => {
  expect(planQuery({ objects: 40, prefixes: 40, objectsPerPrefix: 0, pageSize: 1000 })).toBe('ask-each');
});

test('many objects on a store of moderate size are listed', () => {
  expect(planQuery({ objects: 20_000, prefixes: 256, objectsPerPrefix: 400, pageSize: 1000 })).toBe('list');
});

test('a thousand objects on a store of a hundred million are asked for', () => {
  expect(planQuery({ objects: 1000, prefixes: 250, objectsPerPrefix: 400_000, pageSize: 1000 })).toBe('ask-each');
});

test('as many objects as the store has pages are listed only when that is clearly less', () => {
  expect(planQuery({ objects: 500, prefixes: 250, objectsPerPrefix: 10, pageSize: 1000 })).toBe('ask-each');
  expect(planQuery({ objects: 501, prefixes: 250, objectsPerPrefix: 10, pageSize: 1000 })).toBe('list');
});
