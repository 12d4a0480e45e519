import { hash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ObjectId } from '../../src/hashing/object-id.ts';
import type { NearbyObject, NearbyObjects } from '../../src/transfer/nearby-objects.ts';
import { directoryObject, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

function idOf(content: string, suffix = ''): ObjectId {
  return { algorithm: 'md5', value: hash('md5', content) + suffix };
}

function object(content: string, suffix = ''): NearbyObject {
  return { id: idOf(content, suffix), size: content.length, bytes: Buffer.from(content) };
}

interface Shelf extends NearbyObjects {
  /** Paths of the outputs that were asked for. */
  readonly asked: string[];
  readonly refused: string[];
  given: number;
}

/** A place that offers these objects, a group at a time. */
function shelf(...groups: readonly (readonly NearbyObject[])[]): Shelf {
  const made: Shelf = {
    asked: [],
    refused: [],
    given: 0,
    damaged: (id) => void made.refused.push(id.value),
    async *objectsOf(outputs) {
      made.asked.push(...outputs.map(({ output }) => output.path));
      for (const group of groups) {
        made.given += 1;
        yield group;
      }
    },
  };
  return made;
}

const files = { 'a.txt': 'a', 'sub/b.txt': 'bb' };
const listing = directoryObject(files);

/** `data/` with two files and `single.txt`, added and pushed; then nothing of it is here any more. */
async function pushedAway(): Promise<void> {
  for (const [path, content] of Object.entries(files)) scene.write(`data/${path}`, content);
  scene.write('single.txt', 'single');
  await scene.add('data', 'single.txt');
  scene.save();
  await scene.push();
  scene.wipe('data', 'single.txt');
}

describe('objects from nearby', () => {
  beforeEach(pushedAway);

  it('spare the remote: everything is there, nothing is asked for', async () => {
    const nearby = shelf([object(listing, '.dir')], [object('a'), object('bb'), object('single')]);
    const result = await scene.pull({ nearby });
    expect(scene.reads).toEqual([]);
    expect(scene.tree('data')).toEqual(files);
    expect(result).toMatchObject({ complete: true, files: 3, fetch: { fetched: 0, files: 0, bytes: 0 } });
    expect([...result.fetch.nearby.keys()].sort()).toEqual(
      [listing, 'a', 'bb', 'single'].map((one) => `md5:${hash('md5', one)}${one === listing ? '.dir' : ''}`).sort(),
    );
  });

  it('may be only some of what is wanted: the rest comes from the remote', async () => {
    const result = await scene.pull({ nearby: shelf([object(listing, '.dir')], [object('bb')]) });
    expect(scene.reads.toSorted()).toEqual([keyOf('a'), keyOf('single')].toSorted());
    expect(result).toMatchObject({ complete: true, fetch: { files: 2 } });
    expect(result.fetch.downloaded.size).toBe(2);
  });

  it('of an older version of a directory serve the new one', async () => {
    const older = directoryObject({ 'a.txt': 'a', 'gone.txt': 'gone' });
    await scene.pull({ nearby: shelf([object(older, '.dir')], [object('gone'), object('a')]) });
    expect(scene.reads).not.toContain(keyOf('a'));
    expect(scene.tree('data')).toEqual(files);
    expect(scene.cacheKeys()).not.toContain(keyOf('gone'));
  });

  it('that are not what they are called are refused, told of, and downloaded', async () => {
    const nearby = shelf([object(listing, '.dir')], [{ ...object('bb'), bytes: Buffer.from('xx') }, object('a'), object('single')]);
    const result = await scene.pull({ nearby });
    expect(nearby.refused).toEqual([hash('md5', 'bb')]);
    expect(scene.reads).toEqual([keyOf('bb')]);
    expect(result.complete).toBe(true);
  });

  it('can come as a stream, and may break off in the middle', async () => {
    const large = 'x'.repeat(2_000_000);
    scene.write('large.bin', large);
    await scene.add('large.bin');
    await scene.push();
    scene.wipe('large.bin');
    const stream = async function* (upTo: number): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < upTo; at += 500_000) yield Buffer.from(large.slice(at, at + 500_000));
      if (upTo < large.length) throw new Error('the archive ends here');
    };
    await scene.pull({ targets: ['large.bin'], nearby: shelf([{ id: idOf(large), size: large.length, bytes: stream(1_000_000) }]) });
    expect(scene.reads).toEqual([keyOf(large)]);
    scene.wipe('large.bin');
    scene.reads.length = 0;
    await scene.pull({ targets: ['large.bin'], nearby: shelf([{ id: idOf(large), size: large.length, bytes: stream(large.length) }]) });
    expect(scene.reads).toEqual([]);
    expect(scene.read('large.bin')).toBe(large);
  });

  it('nobody asked for are not kept', async () => {
    await scene.pull({ nearby: shelf([object('stranger'), object(listing, '.dir')], [object('stranger 2')]) });
    expect(scene.cacheKeys()).toEqual([keyOf('a'), keyOf('bb'), keyOf('single'), keyOf(listing, '.dir')].sort());
  });

  it('are not asked for when the cache has everything, nor read any further than needed', async () => {
    const nearby = shelf([object(listing, '.dir')], [object('a'), object('bb'), object('single')], [object('never wanted')]);
    await scene.pull({ nearby });
    expect(nearby.given).toBe(2);
    const again = shelf();
    await scene.pull({ nearby: again });
    expect(again.asked).toEqual([]);
  });

  it('are asked for outputs that the cache lacks, and for a fetch as well', async () => {
    await scene.pull({ targets: ['data'] });
    const nearby = shelf([object('single')]);
    await scene.fetch({ nearby });
    expect(nearby.asked).toEqual(['single.txt']);
    expect(scene.cacheKeys()).toContain(keyOf('single'));
  });
});
