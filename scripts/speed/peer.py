"""What the peers of the benchmark share: binary layers in plain PyTorch, the start file, the line of JSON."""
import json, resource, statistics, struct
import torch, torch.nn as nn


class ApproxSign(torch.autograd.Function):
    """Sign with the slope 2 - 2|x| inside (-1, 1) (Bi-Real Net)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x < 0, -1.0, 1.0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (2 - 2 * x.abs()).clamp_(min=0)


class ClippedSign(torch.autograd.Function):
    """Sign with the gradient of clamp(x, -1, 1) (straight through)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x < 0, -1.0, 1.0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= 1)


class BinaryKernel(torch.autograd.Function):
    """sign(w) times the mean of |w| of each filter; the gradient of clamp(w)."""

    @staticmethod
    def forward(ctx, w):
        ctx.save_for_backward(w)
        return torch.where(w < 0, -1.0, 1.0) * w.abs().mean((1, 2, 3), keepdim=True)

    @staticmethod
    def backward(ctx, g):
        (w,) = ctx.saved_tensors
        return g * (w.abs() <= 1)


def latent(inside, outside, size):
    """Latent weights of a binary convolution, Xavier-normal."""
    return nn.Parameter(torch.randn(outside, inside, size, size) * (2 / (size * size * (inside + outside))) ** 0.5)


def read(path):
    """Tensors of a safetensors file of float32 and int32."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    kinds = {"F32": torch.float32, "I32": torch.int32}
    return {
        name: torch.frombuffer(data, dtype=kinds[entry["dtype"]], offset=entry["data_offsets"][0],
                               count=(entry["data_offsets"][1] - entry["data_offsets"][0]) // 4).reshape(entry["shape"])
        for name, entry in header.items() if name != "__metadata__"
    }


def batch_of(start, name=""):
    """Images (NCHW) and labels of a start file."""
    images, labels = start[f"{name}images"], start[f"{name}labels"]
    return images.permute(0, 3, 1, 2).contiguous(), labels.long()


def report(speeds, net, losses, **more):
    print(json.dumps({
        "imagesPerSecond": statistics.median(speeds), "slowest": min(speeds), "fastest": max(speeds), "losses": losses,
        "parameters": sum(p.numel() for p in net.parameters()), "torch": torch.__version__,
        "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, **more,
    }))
