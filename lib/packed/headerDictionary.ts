/**
 * The preset dictionary of the deflated header of a `.bars` file, version 2 (RFC 1951; zlib's `deflateSetDictionary`): what headers
 * usually say, the likeliest last. It is part of the format: a file written with one dictionary is read with no other, so that a change
 * of a single letter needs a new version of the format.
 *
 * @example
 * ```ts
 * console.log(bars.packed.headerDictionary.includes('"bin_conv_3x3"')); // true
 * ```
 */
export const headerDictionary: string = [
  '{"method":"evolution","recordHash":null,"rule":{"population":10,"sample":4,"evaluations":30,"attempts":20000,',
  '"budget":{"measure":"bops","value":3000000},"seed":0,"fitness":{"kind":"training","space":{"imageSize":32,',
  '"imageChannels":3,"classes":10,"initChannels":16,"cellLayout":[0,0,1,0,0,1,0,0],"reductionGroups":[1],',
  '"searchDepth":true,"widthChoices":[0.25,0.5,0.75,1],"steps":3,"primitives":["none","skip_connect",',
  '"bin_conv_3x3"],"process":"preprocess","processKind":"binary","cellShortcut":"avg_pool","convShortcut":true,',
  '"stridedConv":"factorized","convGroups":4},"train":{"binarization":{"activation":"ste","activationClip":1,',
  '"swishBeta":5,"edeT":{"kind":"log_linear","from":0.01,"to":10},"weight":"bireal","weightClip":1,',
  '"blockOrder":"bn_conv_relu","border":1,"shortcutFrom":"input","nonlinearity":"relu","rsign":false,',
  '"batchNormEpsilon":0.00001,"batchNormMomentum":0.1},"data":{"dataset":"cifar10","directory":"data/raw",',
  '"download":true,"trainImages":10000,"testImages":0,"augment":{"cropBorder":4,"flip":true,"cutout":0}},',
  '"optimizer":{"method":"adam","learningRate":{"kind":"warmup","epochs":1,"from":0.0005,"after":{"kind":"cosine",',
  '"from":0.005,"to":0}},"rateChanges":"step","momentum":0.9,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,',
  '"weightDecay":0,"decayLatent":false,"clipNorm":5,"bopGamma":0.0001,"bopThreshold":1e-8},',
  '"twoStep":{"firstEpochs":0,"firstWeightDecay":0.00001},"distillation":{"method":"none","weight":0.9,',
  '"temperature":4,"teacherEpochs":100,"teacherLearningRate":{"kind":"cosine","from":0.001,"to":0},',
  '"teacherSeed":0},"evaluation":{"validateEvery":1,"testEvery":0,"recalibrationBatches":50},"start":"random",',
  '"epochs":1,"batchSize":64,"microBatch":0,"allowSmallerBatches":false,"validationShare":0.1,"labelSmoothing":0,',
  '"dropPath":0,"auxiliaryWeight":0,"checkpointSteps":0,"seed":0}}},"epoch":null,"seed":0}"T-shirt","trouser",',
  '"pullover","dress","coat","sandal","shirt","sneaker","bag","ankle boot"]"Fashion-MNIST","MNIST","CIFAR-100",',
  '"synthetic","folder of images"["stripes","checks","rings","rays","dots","disc","hoop","square","triangle",',
  '"cross"]"method":"race","random","evolution","search","rule":{"rule":"budget","measure":"latency","ops",',
  '"flops","bops","budget":1000000}"avg_pool_3x3","max_pool_3x3","bin_group_conv_3x3","bin_dil_conv_3x3",',
  '"bin_conv_5x5","bin_conv_1x1""approx_sign","swish_sign","ede","xnor","irnet","scale_filter","scale_tensor",',
  '"sign","conv_bn_relu","normalized","rprelu","none""searchDepth":false,"depthOver":"cell",',
  '"process":"postprocess","processKind":"real","cellShortcut":"bin_conv_3x3","stridedConv":"plain",',
  '"convShortcut":false,"cellShortcut":"none"{"kind":"bars.packed-model","version":1,"model":{"kind":"baseline",',
  '"name":"vgg_small-xnor","family":"nin-reactnet","resnet18","resnet20","block":"bireal","width":1,',
  '"downsample":"avg_pool","real_conv","imageSize":32,"imageChannels":3,"classes":10},',
  '"binarization":{"provenance":{"bars":"0.1.0","configHash":null,"data":null,"epochs":null,"recalibrated":null,',
  '"testAccuracy":null}}{"kind":"bars.packed-model","version":1,"model":{"kind":"genotype","name":"bars-",',
  '"genotype":{"kind":"bars.genotype","schema":1,"space":{"imageSize":32,"imageChannels":3,"classes":10,',
  '"initChannels":16,"cellLayout":[0,0,1,0,0,1,0,0],"reductionGroups":[1],"searchDepth":true,"widthChoices":[0.25,',
  '0.5,0.75,1],"steps":3,"primitives":["none","skip_connect","bin_conv_3x3"],"process":"preprocess",',
  '"processKind":"binary","cellShortcut":"avg_pool","convShortcut":true,"stridedConv":"factorized",',
  '"convGroups":4},"cells":[[{"to":1,"from":0,"primitive":"bin_conv_3x3"},{"to":2,"from":0,',
  '"primitive":"skip_connect"},{"to":2,"from":1,"primitive":"bin_conv_3x3"},{"to":3,"from":0,',
  '"primitive":"skip_connect"},{"to":3,"from":1,"primitive":"skip_connect"},{"to":3,"from":2,',
  '"primitive":"bin_conv_3x3"},{"to":4,"from":0,"primitive":"skip_connect"},{"to":4,"from":1,',
  '"primitive":"skip_connect"},{"to":4,"from":2,"primitive":"bin_conv_3x3"},{"to":4,"from":3,',
  '"primitive":"skip_connect"}],[]],"depth":[0,0,1],"width":[0.5,0.5,0.75]},"origin":{"method":"search",',
  '"recordHash":"","rule":{"rule":"argmax","method":"softmax","temperature":1,"initChannels":24},"epoch":9,',
  '"seed":0}},"binarization":{"activation":"ste","weight":"bireal","blockOrder":"bn_conv_relu","border":1,',
  '"shortcutFrom":"input","nonlinearity":"relu","rsign":false},"classNames":["airplane","automobile","bird","cat",',
  '"deer","dog","frog","horse","ship","truck"],"normalization":{"mean":[0.49139967861519607,0.48215840839460783,',
  '0.44653091444546567],"std":[0.2470322324632821,0.2434851280000555,0.26158784172796445]},',
  '"provenance":{"bars":"0.1.0","configHash":"","data":"CIFAR-10","epochs":100,"recalibrated":true,',
  '"testAccuracy":0.6}}',
].join("");
