import { createWriteStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type * as Rest from '../../node_modules/@actions/cache/lib/internal/cacheHttpClient.js';
// The package's front door unpacks archives by a program that writes wherever an archive says. What it does before that is all here, and unpacking is ours.
import { getCacheVersion } from '../../node_modules/@actions/cache/lib/internal/cacheUtils.js';
import { getCacheServiceVersion } from '../../node_modules/@actions/cache/lib/internal/config.js';
import { CompressionMethod } from '../../node_modules/@actions/cache/lib/internal/constants.js';
import { internalCacheTwirpClient } from '../../node_modules/@actions/cache/lib/internal/shared/cacheTwirpClient.js';

import { entryFolder } from './cache-entries.ts';
import { type ArchiveDownload, downloadArchive } from './download-archive.ts';

/** An entry that the service has. */
export interface FoundEntry {
  readonly key: string;
  /** Signed: a secret. */
  readonly url: string;
}

/** GitHub's cache service, in both of its versions: 2 on github.com, 1 on a server of one's own and under act. */
export interface CacheClient {
  /** The entry of exactly this key, else the newest whose key starts with `olderKeys`. */
  find(entry: { readonly shard: string; readonly key: string; readonly olderKeys: string }): Promise<FoundEntry | undefined>;
  /** Resolves when the archive begins to come. */
  download(found: FoundEntry): Promise<ArchiveDownload>;
  /**
   * Stores an archive that is packed once it is known that the service wants it. Resolves with why it did not: somebody else has saved the entry
   * meanwhile, or the run may not write. Rejects with what packing failed with, and nothing is stored then.
   */
  save(entry: { readonly shard: string; readonly key: string }, archive: OutgoingArchive): Promise<'saved' | 'exists' | 'denied'>;
}

export interface OutgoingArchive {
  readonly pack: () => Readable;
  /** Where the archive may be kept for a service that wants to know its size beforehand. */
  readonly file: string;
  /** Told how many bytes have arrived so far. */
  readonly sent: (bytes: number) => void;
}

/** Our archives are always of one kind, whatever programs a runner has: entries are found on all of them. */
const options = { compressionMethod: CompressionMethod.ZstdWithoutLong, enableCrossOsArchive: true } as const;

/** One repetition after a second: what does not answer then is done without. */
const patience = { maxAttempts: 2, retryIntervalMs: 1000, retryMultiplier: 1.5 };

/** Bytes of a request of an upload. An archive may have 50,000 of them, which is more than any entry. */
const blockSize = 4 * 1024 * 1024;
/** Blocks that are held: being filled, or on their way. */
const blocksAtOnce = 8;

/** The client for the service that the runner's environment names. */
export function openCacheClient(): CacheClient {
  return getCacheServiceVersion() === 'v2' ? version2() : version1();
}

function version2(): CacheClient {
  const service = internalCacheTwirpClient(patience);
  const versionOf = (shard: string): string =>
    getCacheVersion([entryFolder(shard)], options.compressionMethod, options.enableCrossOsArchive);
  return {
    async find({ shard, key, olderKeys }) {
      const answer = await service.GetCacheEntryDownloadURL({ key, restoreKeys: [olderKeys], version: versionOf(shard) });
      return answer.ok ? { key: answer.matchedKey, url: answer.signedDownloadUrl } : undefined;
    },
    download: ({ url }) => downloadArchive(url),
    async save({ shard, key }, { pack, sent }) {
      const version = versionOf(shard);
      const reserved = await service.CreateCacheEntry({ key, version }).catch((error: unknown) => {
        if (isConflict(error)) return undefined;
        throw error;
      });
      if (reserved === undefined) return 'exists';
      if (!reserved.ok) {
        if (reserved.message.startsWith('cache write denied:')) return 'denied';
        if (reserved.message === '') return 'exists';
        throw new Error(reserved.message);
      }
      const sizeBytes = await upload(reserved.signedUploadUrl, pack, sent);
      const done = await service.FinalizeCacheEntryUpload({ key, version, sizeBytes: String(sizeBytes) });
      if (!done.ok) throw new Error(done.message === '' ? 'the service did not accept the archive' : done.message);
      return 'saved';
    },
  };
}

/** Uploads while the archive is packed, in blocks that are only put together when all have come. Resolves with the size. */
async function upload(url: string, pack: OutgoingArchive['pack'], sent: OutgoingArchive['sent']): Promise<number> {
  const { BlockBlobClient } = await import('@azure/storage-blob');
  const archive = pack();
  let size = 0;
  const onProgress = ({ loadedBytes }: { readonly loadedBytes: number }): void => {
    size = loadedBytes;
    sent(size);
  };
  try {
    await new BlockBlobClient(url).uploadStream(archive, blockSize, blocksAtOnce, { onProgress });
  } finally {
    archive.destroy();
  }
  return size;
}

/** Brings an uploader along that reading has no use for. */
const rest = (): Promise<typeof Rest> => import('../../node_modules/@actions/cache/lib/internal/cacheHttpClient.js');

function version1(): CacheClient {
  return {
    async find({ shard, key, olderKeys }) {
      const { getCacheEntry } = await rest();
      const found = await getCacheEntry([key, olderKeys], [entryFolder(shard)], options);
      return found?.archiveLocation === undefined ? undefined : { key: found.cacheKey ?? '', url: found.archiveLocation };
    },
    download: ({ url }) => downloadArchive(url),
    async save({ shard, key }, { pack, file }) {
      const { reserveCache, saveCache } = await rest();
      await pipeline(pack(), createWriteStream(file));
      const answer: Reservation = await reserveCache(key, [entryFolder(shard)], { ...options, cacheSize: statSync(file).size });
      const { result, statusCode, error } = answer;
      if (result?.cacheId === undefined) {
        if (error?.message.startsWith('cache write denied:') === true) return 'denied';
        if (statusCode === 400) throw new Error(error?.message ?? 'the service refuses entries of this size');
        return 'exists';
      }
      await saveCache(result.cacheId, file);
      return 'saved';
    },
  };
}

/** What a reservation is answered with; the package's own type leads to one that it does not export. */
interface Reservation {
  readonly statusCode?: number;
  readonly result?: { readonly cacheId?: number } | null;
  readonly error?: Error;
}

/** HTTP 409, which the package only tells in words. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && /\b409\b|already_exists|already exists/iu.test(error.message);
}
