"""Writes prepared.json, pictures as Pillow scales and torchvision crops them, and photo.jpg.

    pip install pillow==13.0.0 numpy && python make.py

Pillow before 13 scales columns first, whatever the sizes: other values in the cases of tall photos.

`torchvision.transforms.functional` is copied here as far as it computes: `resize`, whose longer side
is `int(size * long / short)`, and `center_crop`, which pads what is too small with zeros.
"""

import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}

# Photo (width, height), channels, resize, filter, input (width, height).
CASES = [
    ((600, 400), 3, {"shorter": 16}, "bilinear", (20, 14)),
    ((400, 600), 3, {"shorter": 16}, "bilinear", (20, 14)),
    ((61, 43), 3, {"shorter": 18}, "bilinear", (15, 11)),
    ((61, 43), 3, {"shorter": 18}, "bicubic", (15, 11)),
    ((61, 43), 3, {"shorter": 18}, "nearest", (15, 11)),
    # Wider or higher than what is scaled; by an odd number, too.
    ((43, 61), 3, {"shorter": 10}, "bilinear", (25, 11)),
    ((43, 61), 3, {"shorter": 10}, "bicubic", (15, 20)),
    ((61, 43), 3, {"shorter": 7}, "nearest", (14, 14)),
    # Enlarged.
    ((5, 7), 3, {"shorter": 16}, "bilinear", (17, 15)),
    ((5, 7), 3, {"shorter": 16}, "bicubic", (17, 15)),
    ((5, 7), 3, {"shorter": 16}, "nearest", (17, 15)),
    ((1, 1), 3, {"shorter": 3}, "bicubic", (5, 2)),
    ((1, 300), 3, {"shorter": 1}, "bilinear", (3, 12)),
    # As it is.
    ((16, 12), 3, {"shorter": 12}, "bicubic", (16, 12)),
    # Both sides, with and without a crop.
    ((61, 43), 3, {"height": 12, "width": 20}, "bilinear", (20, 12)),
    ((61, 43), 3, {"height": 60, "width": 9}, "bicubic", (12, 15)),
    ((640, 300), 3, {"height": 96, "width": 96}, "nearest", (21, 17)),
    # Tall: rows are scaled first where more than twice as many of them go. One case is at that bound.
    ((25, 84), 3, {"height": 24, "width": 24}, "bilinear", (20, 14)),
    ((21, 70), 3, {"shorter": 18}, "bicubic", (15, 11)),
    ((20, 60), 3, {"height": 22, "width": 30}, "bilinear", (17, 15)),
    ((30, 53), 3, {"height": 32, "width": 20}, "bilinear", (18, 30)),
    ((30, 52), 3, {"height": 32, "width": 20}, "bilinear", (18, 30)),
    # Luma.
    ((61, 43), 1, {"shorter": 18}, "bicubic", (15, 11)),
    ((61, 43), 1, {"shorter": 10}, "nearest", (20, 11)),
    ((21, 70), 1, {"shorter": 18}, "bilinear", (15, 11)),
]


def picture(width, height):
    """Gradients, edges and noise; tests make the same, `photos::picture`."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    noise = ((x * 73 + y * 151 + c * 197 + x * y * 31) * 2654435761 % 2**32) >> 27
    edges = (x // 7 + y // 5 + c) % 2 * 60
    values = noise + edges + x * 100 // width + y * 60 // height
    return Image.fromarray(values.astype(np.uint8))


def resize(image, size, resample):
    if "shorter" in size:
        w, h = image.size
        short, long = (w, h) if w <= h else (h, w)
        new_short, new_long = size["shorter"], int(size["shorter"] * long / short)
        w, h = (new_short, new_long) if w <= h else (new_long, new_short)
    else:
        w, h = size["width"], size["height"]
    return image.resize((w, h), resample)


def center_crop(image, crop_width, crop_height):
    pixels = np.asarray(image)
    height, width = pixels.shape[:2]
    if crop_width > width or crop_height > height:
        left = (crop_width - width) // 2 if crop_width > width else 0
        top = (crop_height - height) // 2 if crop_height > height else 0
        right = (crop_width - width + 1) // 2 if crop_width > width else 0
        bottom = (crop_height - height + 1) // 2 if crop_height > height else 0
        rest = [(0, 0)] * (pixels.ndim - 2)
        pixels = np.pad(pixels, [(top, bottom), (left, right), *rest])
        height, width = pixels.shape[:2]
    top = int(round((height - crop_height) / 2.0))
    left = int(round((width - crop_width) / 2.0))
    return pixels[top : top + crop_height, left : left + crop_width]


lines = []
for photo, channels, size, name, crop in CASES:
    image = picture(*photo)
    if channels == 1:
        image = image.convert("L")
    pixels = center_crop(resize(image, size, FILTERS[name]), *crop)
    case = {
        "photo": photo,
        "channels": channels,
        "resize": size,
        "filter": name,
        "input": crop,
        "pixels": pixels.tobytes().hex(),
    }
    lines.append(json.dumps(case))
text = '{"pillow": "%s", "cases": [\n%s\n]}\n' % (PIL.__version__, ",\n".join(lines))
Path(__file__).with_name("prepared.json").write_text(text)
picture(61, 43).save(Path(__file__).with_name("photo.jpg"))
