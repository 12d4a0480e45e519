/** Orders strings by code point, as Python does; JavaScript's own order is that of UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
