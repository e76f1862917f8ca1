import { tf } from "../../lib/backend";
import type { BinarizationConfig } from "../../lib/config/binarizationConfig";
import { applyTogether } from "../../lib/layers/applyTogether";
import type { Parameters } from "../../lib/layers/parameters";
import { type BatchStatistics, RunningStatistics } from "../../lib/layers/runningStatistics";
import { layerContext } from "../../lib/network/layerContext";
import { NetworkBlock, type Placed } from "../../lib/network/networkBlock";

/** How {@link blockOnInputs} runs. */
export interface BlockRun {
  readonly binarization: BinarizationConfig;
  readonly channels: number;
  /** Whether the identity goes around the convolution. */
  readonly shortcut: boolean;
  readonly statistics?: RunningStatistics;
  readonly training?: boolean;
  readonly collect?: BatchStatistics;
  /**
   * How cells apply the block: "alone", or beside another operation of its node, whose convolutions run "merged" into one
   * or "apart" (`applyTogether`). Then the block is applied twice, and the result is the mean of both.
   */
  readonly form?: "alone" | "merged" | "apart";
}

/**
 * The binary block that networks run (`NetworkBlock`: batch norm with affine part, sign, binary 3x3 convolution,
 * shortcut, nonlinearity), with its parameters given by name instead of trained ones, so that gradients can be taken.
 */
export function blockOnInputs(
  x: tf.Tensor4D,
  parameters: Readonly<Record<string, tf.Tensor>>,
  run: BlockRun,
): tf.Tensor4D {
  const { binarization, channels, training = true, form = "alone" } = run;
  const placed: Placed = {
    primitive: "bin_conv_3x3",
    inChannels: channels,
    outChannels: channels,
    stride: 1,
    space: { convShortcut: run.shortcut, stridedConv: "factorized", convGroups: 1 },
  };
  const block = new NetworkBlock("block", placed, binarization);
  const get = (name: string) => {
    const value = parameters[name.replace("block.", "")];
    if (!value) throw new Error(`blockOnInputs: no parameter "${name}".`);
    return value;
  };
  const network = {
    name: "test",
    parameters: { get } as unknown as Parameters,
    statistics: run.statistics ?? new RunningStatistics(0.1),
  };
  const { collect } = run;
  const pass = layerContext(network, binarization, { training, edeT: 1, ...(collect ? { collect } : {}) });
  if (form === "alone") return block.applyAlone(x, pass);
  const state = block.state(x, (raw) => pass.normalize("block", raw, "block"), pass);
  const twice = [block.application(pass), block.application(pass)];
  const [first, second] = applyTogether(twice, state, form === "merged") as [tf.Tensor4D, tf.Tensor4D];
  return tf.div(tf.add(first, second), 2);
}
