import type { KernelAttributes, LazyInput, LazyKernel } from "./lazyGraph";

/** Everything that tells a call from others, the origins of its inputs excepted. */
export function describeCall(
  kernel: LazyKernel,
  names: readonly string[],
  inputs: readonly LazyInput[],
  attributes: KernelAttributes,
  varies: boolean,
): string {
  const reads = inputs.map(({ value, shape }, i) => `${names[i]}:${value.dtype}[${shape.join()}]`);
  const settings = JSON.stringify(attributes, (name, value: unknown) => {
    if (varies && kernel.varying?.includes(name)) return undefined;
    // JSON has neither infinities nor NaN nor -0.
    return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `#${1 / value}${value}`
      : value;
  });
  return `${kernel.name}(${reads.join(";")})${settings}`;
}
