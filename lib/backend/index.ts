/**
 * The tensor engine. The only room that names one: everything else says `import { tf } from "../backend"`
 * and works on whichever engine {@link startBackend} chose.
 */
export * as tf from "@tensorflow/tfjs-core";
export { type BackendInfo, type BackendName, backendInfo, backendNames, startBackend } from "./startBackend";
