/** A function that computes each argument's value once in a process, for values that are only read. */
export function oncePer<Argument, Value>(
  compute: (argument: Argument) => Value,
): (argument: Argument) => Value {
  const known = new Map<Argument, Value>();
  return (argument) => {
    if (!known.has(argument)) known.set(argument, compute(argument));
    return known.get(argument) as Value;
  };
}
