import type { ByteRange, ByteSource } from '@datapin/storage';

/** A source whose reading is counted as the progress of one try to store it. */
export interface CountedSource extends ByteSource {
  /** The try is over: what counts is `bytes`, whatever was read and whoever still reads. */
  settle(bytes: number): void;
}

interface Reading {
  bytes: number;
}

/**
 * Counts bytes as a storage reads them, which is as fast as it can send them. A storage that reads something twice, first for a digest, then to send it, is
 * counted by its latest reading, and one that reads parts by these alone: `moved` gets a negative number for what no longer counts.
 */
export function countedSource(source: ByteSource, moved: (bytes: number) => void): CountedSource {
  let counted = 0;
  let inParts = false;
  let settled = false;
  /** By where they start. */
  const readings = new Map<number, Reading>();
  const count = (bytes: number): void => {
    counted += bytes;
    if (bytes !== 0) moved(bytes);
  };
  const begin = (start: number): Reading => {
    const reading = { bytes: 0 };
    count(-(readings.get(start)?.bytes ?? 0));
    readings.set(start, reading);
    return reading;
  };
  async function* watched(range: ByteRange | undefined, isWhole: boolean): AsyncGenerator<Uint8Array, void, undefined> {
    const start = range?.start ?? 0;
    const reading = settled || inParts === isWhole ? undefined : begin(start);
    for await (const chunk of source.open(range)) {
      if (!settled && reading !== undefined && readings.get(start) === reading) {
        reading.bytes += chunk.byteLength;
        count(chunk.byteLength);
      }
      yield chunk;
    }
  }
  return {
    size: source.size,
    open(range) {
      const isWhole = range === undefined || range.end - range.start === source.size;
      if (!isWhole && !inParts) {
        inParts = true;
        readings.clear();
        if (!settled) count(-counted);
      }
      return watched(range, isWhole);
    },
    settle(bytes) {
      settled = true;
      count(bytes - counted);
    },
  };
}
