import type { KernelLowering } from "./kernelLowering";
import { arrayKernels } from "./kernels/arrayKernels";
import { batchNormKernels } from "./kernels/batchNormKernels";
import { convolutionKernels } from "./kernels/convolutionKernels";
import { elementwiseKernels } from "./kernels/elementwiseKernels";
import { functionKernels } from "./kernels/functionKernels";
import { gateKernels } from "./kernels/gateKernels";
import { imageKernels } from "./kernels/imageKernels";
import { indexKernels } from "./kernels/indexKernels";
import { interleaveKernels } from "./kernels/interleaveKernels";
import { listKernels } from "./kernels/listKernels";
import { poolingKernels } from "./kernels/poolingKernels";
import { reductionKernels } from "./kernels/reductionKernels";
import { supernetKernels } from "./kernels/supernetKernels";

/** What each kernel becomes; kernels that are not here are not computed in stages. */
export const kernelLowerings: Readonly<Record<string, KernelLowering>> = {
  ...elementwiseKernels,
  ...batchNormKernels,
  ...convolutionKernels,
  ...imageKernels,
  ...interleaveKernels,
  ...poolingKernels,
  ...reductionKernels,
  ...arrayKernels,
  ...listKernels,
  ...supernetKernels,
  ...gateKernels,
  ...indexKernels,
  ...functionKernels,
};
