import { parseArgs } from 'node:util';

import { CreateError } from './create-error.ts';

/** What was typed; what is missing is asked for or follows from the rest. */
export interface Arguments {
  readonly name: string | undefined;
  readonly scheme: string | undefined;
  readonly directory: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
}

export const help = `Starts a storage plugin for datapin: a project that builds, with the conformance suite wired in.

usage: npm create @datapin/storage [name] [-- options]

  name                 of the package: datapin-storage-blob, @acme/datapin-storage-blob
  --scheme <scheme>    URL scheme of its remotes, like blob; follows from the name when it is left out
  --directory <path>   where to put it; a folder of the package's name when it is left out
  --version            print the version
  --help               print this

What is missing is asked for in a terminal. Files that are there already are never overwritten.
`;

/** Throws a `CreateError` for options that are not known. */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = parse(words);
  if (positionals.length > 1) throw new CreateError(`one name is enough: ${positionals.join(', ')}`);
  return {
    name: positionals[0],
    scheme: values.scheme,
    directory: values.directory,
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

function parse(words: readonly string[]): {
  readonly values: { readonly scheme?: string; readonly directory?: string; readonly help?: boolean; readonly version?: boolean };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        scheme: { type: 'string', short: 's' },
        directory: { type: 'string', short: 'd' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new CreateError(`${reason}; --help shows what can be given`);
  }
}
