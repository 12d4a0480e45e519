import type { SelectedOutput } from '@datapin/core';

interface Given {
  readonly path: string;
  readonly md5?: string;
  readonly size?: number;
  readonly nfiles?: number;
  readonly within?: readonly string[];
}

/** A selected output of a `.dvc` file; a directory when its hash says so. */
export function pinnedOutput({ path, md5 = '900150983cd24fb0d6963f7d28e17f72', size, nfiles, within }: Given): SelectedOutput {
  const file = `${path}.dvc`;
  const stage = {
    address: file,
    file,
    name: undefined,
    wdir: '',
    frozen: false,
    alwaysChanged: false,
    cmd: undefined,
    lockedCmd: undefined,
    checksum: undefined,
    content: undefined,
    deps: [],
    outs: [],
    params: new Map(),
    lockedParams: new Map(),
  };
  const record = { path, cache: true, push: true, ...(size === undefined ? {} : { size }), ...(nfiles === undefined ? {} : { nfiles }) };
  const output = { stage, path, id: { algorithm: 'md5', value: md5 }, record, kind: 'out', external: false };
  return { output: output as unknown as SelectedOutput['output'], within };
}
