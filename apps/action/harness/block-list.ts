/** The block ids of a "Put Block List" request, in order. Azure knows three kinds of block; uploads of new blobs name the latest. */
export function readBlockList(xml: string): readonly string[] {
  const [, body] = /^<\?xml[^>]*\?>\s*<BlockList>(.*)<\/BlockList>\s*$/su.exec(xml) ?? [];
  if (body === undefined) throw new Error(`not a block list: ${xml.slice(0, 200)}`);
  const ids = [...body.matchAll(/<(Latest|Uncommitted)>([^<]+)<\/\1>/gu)].map(([, , id = '']) => id);
  if (body.replaceAll(/<(Latest|Uncommitted)>[^<]+<\/\1>/gu, '').trim() !== '') throw new Error(`not a block list: ${body.slice(0, 200)}`);
  return ids;
}
