/**
 * Registers the gradient of every ordinary operation with tfjs-core.
 *
 * The CommonJS build of tfjs-core holds none of them, and Node cannot load the modules that do (their imports
 * have no file extensions). The CommonJS build of tfjs-layers registers them all with the core it shares with us;
 * nothing else of it is used.
 */
import "@tensorflow/tfjs-layers";
import { registerSumGradients } from "./sumGradients";

registerSumGradients();
