"""Reading pictures at the places that an affine map names: what a spatial transformer layer does."""

import torch
from torch import Tensor


def sample(images: Tensor, theta: Tensor, rounded: bool = False) -> Tensor:
    """The square pictures read at theta times each pixel's place: (…, n, n), (…, 2, 3) -> (…, n, n).

    v = sum_ij V_ij max(0, 1 - |x - i|) max(0, 1 - |y - j|), which is bilinear interpolation; `rounded` reads the
    nearest pixel instead. Places run from -1 to 1, edge to edge, as in torch's affine_grid with align_corners=False.
    Leading axes spread, and seeds may be stacked by torch.vmap, for which grid_sample is slow.
    """
    n = images.shape[-1]
    side = torch.arange(n, dtype=images.dtype, device=images.device)
    centres = (2 * side + 1) / n - 1
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    places = theta @ torch.stack([x.flatten(), y.flatten(), torch.ones_like(x.flatten())])  # (…, 2, n n)
    pixels = ((places + 1) * n - 1) / 2
    if rounded:
        pixels = pixels.round()  # torch gives it the derivative 0
    hats = (1 - (pixels[..., None] - side).abs()).clamp(min=0)  # (…, 2, n n, n)
    values: Tensor = ((hats[..., 1, :, :] @ images) * hats[..., 0, :, :]).sum(-1)
    return values.view(*values.shape[:-1], n, n)


def turn(angle: Tensor) -> Tensor:
    """Matrices (…, 2, 3) that turn the grid by angles (…) in radians."""
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return torch.stack([torch.stack([cos, -sin, zero], -1), torch.stack([sin, cos, zero], -1)], -2)


def angle_of(theta: Tensor) -> Tensor:
    """The rotation in a matrix (…, 2, 3), radians."""
    return torch.atan2(theta[..., 1, 0] - theta[..., 0, 1], theta[..., 0, 0] + theta[..., 1, 1])
