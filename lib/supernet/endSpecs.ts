import type { SpaceConfig } from "../config/spaceConfig";
import type { ParameterSpec } from "../layers/operation";
import { cellTensorFactor } from "../space/builtCells";
import { type Stage, stagesOf } from "../space/stages";
import { activatedHead, copiesStem, stemOf } from "../space/stem";

/** Parameters of a supernet's stem and head, at full width. */
export function endSpecs(space: SpaceConfig): ParameterSpec[] {
  const { initChannels: channels, steps, classes } = space;
  const affine = (name: string, to: number): ParameterSpec[] => [
    { name: `${name}.scale`, shape: [to], role: "scale", init: { kind: "constant", value: 1 } },
    { name: `${name}.offset`, shape: [to], role: "offset", init: { kind: "constant", value: 0 } },
  ];
  const conv = (name: string, kernel: number, from: number, to: number): ParameterSpec[] => [
    {
      name: `${name}.kernel`,
      shape: [kernel, kernel, from, to],
      role: "real",
      init: { kind: "normal", std: Math.sqrt(2 / (kernel * kernel * from)) },
    },
    ...affine(name, to),
  ];
  const raised = steps * channels;
  const wide = copiesStem(space) ? affine("extraStem", raised) : conv("extraStem", 1, channels, raised);
  const last = stagesOf(space).at(-1) as Stage;
  const features = last.channels * cellTensorFactor(space);
  return [
    ...stemOf(space, channels).convolutions.flatMap(({ name, kernel, from, out }) =>
      conv(name, kernel, from, out),
    ),
    ...(space.process === "preprocess" ? wide : []),
    ...(activatedHead(space) ? affine("headNorm", features) : []),
    {
      name: "head.weight",
      shape: [features, classes],
      role: "real",
      init: { kind: "normal", std: Math.sqrt(1 / features) },
    },
    { name: "head.bias", shape: [classes], role: "offset", init: { kind: "constant", value: 0 } },
  ];
}
