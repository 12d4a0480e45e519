import type * as sqlite from 'node:sqlite';

/**
 * `node:sqlite`, loaded when first needed and without Node's "experimental" warning: Node emits that synchronously while the module loads, so
 * the process-wide hook is replaced for exactly that long.
 */
export function loadSqlite(): typeof sqlite {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (): void => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
