/** The library's hand-made networks for 32 pixels. */
export const cifarFamilies = ["resnet20", "resnet18", "vgg_small", "nin"] as const;
