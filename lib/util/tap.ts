/** The same sequence; `see` is called with each value as it passes. */
export async function* tap<T>(
  values: AsyncIterable<T>,
  see: (value: T) => void,
): AsyncGenerator<T, void, undefined> {
  for await (const value of values) {
    see(value);
    yield value;
  }
}
