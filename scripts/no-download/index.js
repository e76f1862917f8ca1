/**
 * onnxruntime-node's installation script calls this first and then decides whether to download CUDA libraries from
 * a host that many networks block, in which case the whole installation fails. A setting for it in .npmrc makes npm
 * 11 warn of an unknown key; npm 10, unlike npm 11, does not read `allowScripts`. `ONNXRUNTIME_NODE_INSTALL=cuda12`
 * in the environment still asks for the download.
 */
exports.bootstrap = () => {
  process.env.ONNXRUNTIME_NODE_INSTALL ??= "skip";
};
