/**
 * The AWS SDK's credential providers read `process.env` themselves, many layers down, and take no other environment. This is the
 * only place that touches it: for the time of one call it holds what the plugin was handed, then what it held before. Calls queue,
 * so that no two see each other's. In a program that hands in its own environment nothing is ever exchanged.
 */
export async function withProcessEnvironment<T>(env: Readonly<Record<string, string | undefined>>, work: () => Promise<T>): Promise<T> {
  const turn = queue.then(async () => {
    if (isOwn(env)) return work();
    const own = process.env;
    process.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
    try {
      return await work();
    } finally {
      process.env = own;
    }
  });
  queue = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}

let queue: Promise<void> = Promise.resolve();

function isOwn(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env === process.env) return true;
  const given = Object.keys(env).filter((name) => env[name] !== undefined);
  return given.length === Object.keys(process.env).length && given.every((name) => process.env[name] === env[name]);
}
