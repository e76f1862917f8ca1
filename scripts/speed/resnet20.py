"""Binary ResNet-20 (Bi-Real, CIFAR form, full width) in PyTorch: the peer of `bars bench --net resnet20` and `--net evaluation`.

usage: resnet20.py train <batch> <steps> <threads> [start.safetensors]
       resnet20.py evaluate <batch> <steps> <threads>
Prints one line of JSON. With a start file, which `bars bench --net resnet20 --start FILE` writes, it begins with the same
weights and the same batch, so that the first losses can be compared. The first four steps (evaluation: three) do not count.
"""
import sys, time
import torch, torch.nn as nn, torch.nn.functional as F
from peer import ApproxSign, BinaryKernel, batch_of, latent, read, report

mode, batch, steps, threads = sys.argv[1], *(int(v) for v in sys.argv[2:5])
torch.set_num_threads(threads)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.stride = stride
        self.latent = latent(inside, outside, 3)
        self.norm = nn.BatchNorm2d(outside)
        self.shortcut = None
        if stride == 2:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(2), nn.Conv2d(inside, outside, 1, bias=False), nn.BatchNorm2d(outside)
            )

    def forward(self, x):
        bits = F.pad(ApproxSign.apply(x), (1, 1, 1, 1), value=1.0)
        kernel = BinaryKernel.apply(self.latent)
        y = self.norm(F.conv2d(bits, kernel, stride=self.stride))
        return y + (x if self.shortcut is None else self.shortcut(x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16))
        blocks, inside = [], 16
        for stage, width in enumerate((16, 32, 64)):
            for block in range(6):
                blocks.append(Block(inside, width, 2 if stage > 0 and block == 0 else 1))
                inside = width
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


def start_from(net, start):
    kernel = lambda name: start[name].permute(3, 2, 0, 1)

    def norm(module, name):
        module.weight.copy_(start[f"{name}.scale"])
        module.bias.copy_(start[f"{name}.offset"])

    with torch.no_grad():
        net.stem[0].weight.copy_(kernel("stem.conv.kernel"))
        norm(net.stem[1], "stem.batch_norm")
        for i, block in enumerate(net.blocks):
            name = f"stage{i // 6}.block{i % 6}"
            block.latent.copy_(kernel(f"{name}.branch0.binary_conv.latent"))
            norm(block.norm, f"{name}.branch0.batch_norm")
            if block.shortcut is not None:
                block.shortcut[1].weight.copy_(kernel(f"{name}.branch1.conv.kernel"))
                norm(block.shortcut[2], f"{name}.branch1.batch_norm")
        net.head.weight.copy_(start["head.linear.weight"].T)
        net.head.bias.copy_(start["head.linear.bias"])


net = ResNet20()
images, labels = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))
if len(sys.argv) > 5:
    start = read(sys.argv[5])
    start_from(net, start)
    images, labels = batch_of(start)
speeds, losses = [], []
if mode == "train":
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for step in range(steps + 4):
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step >= 4:
            speeds.append(batch / (time.perf_counter() - started))
else:
    net(images)
    net.eval()
    with torch.inference_mode():
        for step in range(steps + 3):
            started = time.perf_counter()
            net(images).sum().item()
            if step >= 3:
                speeds.append(batch / (time.perf_counter() - started))
report(speeds, net, losses)
