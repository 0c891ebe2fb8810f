"""Layers of real networks in their published shapes, with a batch of 1: implementations choose their paths for these.

A dispatcher looks at sizes, strides and groups, so a fast path may be reached by no small case. Where a layer is too
expensive for a budget, it is asked with a smaller image and all its channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import is_legal, multiply_adds
from conv2d_conformance.cases.grammar import parse


class NetworkLayer(NamedTuple):
    """A layer of a published network; the line leaves out defaults."""

    network: str
    layer: str
    line: str


class NetworkCase(NamedTuple):
    """A layer as the suite asks it; `is_scaled` where the image is smaller than the network's."""

    network: str
    layer: str
    case: Case
    is_scaled: bool


_LAYERS: dict[str, dict[str, str]] = {
    "ResNet-50": {
        "conv1": "n1c3h224w224 m64k7 s2x2 p3x3",
        "layer1.0.conv1": "n1c64h56w56 m64k1",
        "layer1.0.conv2": "n1c64h56w56 m64k3 p1x1",
        "layer1.0.conv3": "n1c64h56w56 m256k1",
        "layer2.0.conv2": "n1c128h56w56 m128k3 s2x2 p1x1",
        "layer2.0.downsample": "n1c256h56w56 m512k1 s2x2",
        "layer3.1.conv2": "n1c256h14w14 m256k3 p1x1",
        "layer4.0.downsample": "n1c1024h14w14 m2048k1 s2x2",
        "layer4.2.conv2": "n1c512h7w7 m512k3 p1x1",
    },
    "ResNeXt-50 32x4d": {
        "layer1.0.conv2": "n1c128h56w56 m128k3 p1x1 g32",
        "layer2.0.conv2": "n1c256h56w56 m256k3 s2x2 p1x1 g32",
    },
    "MobileNetV2": {
        "stem": "n1c3h224w224 m32k3 s2x2 p1x1",
        "block 1, depthwise": "n1c32h112w112 m32k3 p1x1 g32",
        "block 1, project": "n1c32h112w112 m16k1",
        "block 2, depthwise": "n1c96h112w112 m96k3 s2x2 p1x1 g96",
        "block 17, depthwise": "n1c960h7w7 m960k3 p1x1 g960",
        "block 17, project": "n1c960h7w7 m320k1",
        "head": "n1c320h7w7 m1280k1",
    },
    "MobileNetV3-Large": {
        "block 4, depthwise": "n1c72h56w56 m72k5 s2x2 p2x2 g72",
        "block 7, depthwise": "n1c240h28w28 m240k3 s2x2 p1x1 g240",
        "block 15, depthwise": "n1c960h7w7 m960k5 p2x2 g960",
        "block 15, squeeze": "n1c960h1w1 m240k1 bias",
        "block 15, excite": "n1c240h1w1 m960k1 bias",
    },
    "EfficientNet-B0": {
        "stem": "n1c3h224w224 m32k3 s2x2 p1x1",
        "stage 3, depthwise": "n1c144h56w56 m144k5 s2x2 p2x2 g144",
        "stage 5, depthwise": "n1c672h14w14 m672k5 p2x2 g672",
        "stage 7, depthwise": "n1c1152h7w7 m1152k3 p1x1 g1152",
        "stage 7, squeeze": "n1c1152h1w1 m48k1 bias",
    },
    "VGG-16": {
        "conv1_1": "n1c3h224w224 m64k3 p1x1 bias",
        "conv1_2": "n1c64h224w224 m64k3 p1x1 bias",
        "conv3_1": "n1c128h56w56 m256k3 p1x1 bias",
        "conv5_3": "n1c512h14w14 m512k3 p1x1 bias",
    },
    "Inception-v3": {
        "Conv2d_1a": "n1c3h299w299 m32k3 s2x2",
        "Conv2d_2a": "n1c32h149w149 m32k3",
        "Conv2d_3b": "n1c64h73w73 m80k1",
        "Conv2d_4a": "n1c80h73w73 m192k3",
        "Mixed_5b, 5x5": "n1c48h35w35 m64k5 p2x2",
        "Mixed_6a, 3x3": "n1c288h35w35 m384k3 s2x2",
        "Mixed_6b, 1x7": "n1c128h17w17 m128k1x7 p0x3",
        "Mixed_6b, 7x1": "n1c128h17w17 m192k7x1 p3x0",
        "Mixed_7b, 1x3": "n1c384h8w8 m384k1x3 p0x1",
        "Mixed_7b, 3x1": "n1c384h8w8 m384k3x1 p1x0",
    },
    "DenseNet-121": {
        "block 1, layer 1, 1x1": "n1c64h56w56 m128k1",
        "block 1, layer 1, 3x3": "n1c128h56w56 m32k3 p1x1",
        "transition 1": "n1c256h56w56 m128k1",
        "block 4, layer 16, 1x1": "n1c992h7w7 m128k1",
        "block 4, layer 16, 3x3": "n1c128h7w7 m32k3 p1x1",
    },
    "U-Net": {
        "down 1, first": "n1c1h572w572 m64k3 bias",
        "bottom, first": "n1c512h32w32 m1024k3 bias",
        "up 4, first": "n1c128h392w392 m64k3 bias",
        "output": "n1c64h388w388 m2k1 bias",
    },
    "DeepLabv3": {
        "layer4, dilated": "n1c512h33w33 m512k3 p2x2 d2x2",
        "ASPP, rate 6": "n1c2048h33w33 m256k3 p6x6 d6x6",
        "ASPP, rate 18": "n1c2048h33w33 m256k3 p18x18 d18x18",
        "ASPP, rate 36": "n1c2048h65w65 m256k3 p36x36 d36x36",
        "ASPP, pooled": "n1c2048h1w1 m256k1",
    },
    "YOLOv3": {
        "darknet.0": "n1c3h416w416 m32k3 p1x1",
        "darknet.1": "n1c32h416w416 m64k3 s2x2 p1x1",
        "darknet.2": "n1c64h208w208 m32k1",
        "head, 13x13": "n1c512h13w13 m1024k3 p1x1",
        "detection, 13x13": "n1c1024h13w13 m255k1 bias",
    },
    # Of one row or one column, as libraries run a 1-D convolution.
    "wav2vec 2.0": {
        "features 0": "n1c1h1w16000 m512k1x10 s1x5",
        "features 1": "n1c512h1w3199 m512k1x3 s1x2",
        "features 5": "n1c512h1w199 m512k1x2 s1x2",
        "positions": "n1c768h1w49 m768k1x128 p0x64 g16 bias",
    },
    "Whisper tiny": {
        "conv1": "n1c80h1w3000 m384k1x3 p0x1 bias",
        "conv2": "n1c384h1w3000 m384k1x3 s1x2 p0x1 bias",
    },
    "HiFi-GAN V1": {
        "generator, first": "n1c80h1w32 m512k1x7 p0x3 bias",
        "generator, block 1, dilation 3": "n1c256h1w256 m256k1x3 p0x3 d1x3 bias",
        "generator, block 12, dilation 5": "n1c32h1w8192 m32k1x11 p0x25 d1x5 bias",
        "generator, last": "n1c32h1w8192 m1k1x7 p0x3 bias",
        "period discriminator, first": "n1c1h4096w2 m32k5x1 s3x1 p2x0 bias",
        "period discriminator, third": "n1c128h249w11 m512k5x1 s3x1 p2x0 bias",
    },
    "Mamba 130M": {"block, depthwise": "n1c1536h1w64 m1536k1x4 p0x3 g1536 bias"},
    "EEGNet-8,2": {"spatial": "n1c8h64w128 m16k64x1 g8", "temporal": "n1c1h64w128 m8k1x64 p0x32"},
    "YOLOv5s": {"stem": "n1c3h640w640 m32k6 s2x2 p2x2"},
    "YOLOv8n": {"stem": "n1c3h640w640 m16k3 s2x2 p1x1", "detection, box": "n1c64h80w80 m64k1 bias"},
    "ConvNeXt-T": {
        "stem": "n1c3h224w224 m96k4 s4x4 bias",
        "stage 1, depthwise": "n1c96h56w56 m96k7 p3x3 g96 bias",
        "downsample 1": "n1c96h56w56 m192k2 s2x2 bias",
        "stage 4, depthwise": "n1c768h7w7 m768k7 p3x3 g768 bias",
    },
    "ViT-B/16": {"patches": "n1c3h224w224 m768k16 s16x16 bias"},
    "CLIP ViT-B/32": {"patches": "n1c3h224w224 m768k32 s32x32"},
    "CLIP ViT-L/14": {"patches": "n1c3h224w224 m1024k14 s14x14"},
    "Stable Diffusion 1, U-Net": {
        "conv_in": "n1c4h64w64 m320k3 p1x1 bias",
        "down 1, ResBlock": "n1c320h64w64 m320k3 p1x1 bias",
        "down 1, downsample": "n1c320h64w64 m320k3 s2x2 p1x1 bias",
        "down 3, ResBlock": "n1c640h16w16 m1280k3 p1x1 bias",
        "up 1, ResBlock": "n1c2560h8w8 m1280k3 p1x1 bias",
        "up 3, shortcut": "n1c1920h32w32 m640k1 bias",
        "conv_out": "n1c320h64w64 m4k3 p1x1 bias",
    },
    "Stable Diffusion 1, VAE": {
        "encoder, conv_in": "n1c3h512w512 m128k3 p1x1 bias",
        "encoder, downsample": "n1c128h513w513 m128k3 s2x2 bias",  # the network pads at the bottom and the right first
        "quant_conv": "n1c8h64w64 m8k1 bias",
        "decoder, conv_in": "n1c4h64w64 m512k3 p1x1 bias",
        "decoder, up 3": "n1c256h256w256 m256k3 p1x1 bias",
        "decoder, conv_out": "n1c128h512w512 m3k3 p1x1 bias",
    },
}

NETWORKS: tuple[NetworkLayer, ...] = tuple(
    NetworkLayer(network, layer, line) for network, layers in _LAYERS.items() for layer, line in layers.items()
)


def network_cases(max_multiply_adds: int) -> Iterator[NetworkCase]:
    """Every layer that fits the budget of multiply-adds: as published, or else with a smaller image.

    A layer whose channels alone are too many is left out.
    """
    for network, layer, line in NETWORKS:
        published = parse(line)
        case = _scaled(published, max_multiply_adds)
        if case is not None:
            yield NetworkCase(network, layer, case, case != published)


def _scaled(case: Case, most: int) -> Case | None:
    """Halve the image until the case is cheap enough; None where it becomes too small first."""
    while multiply_adds(case) > most:
        smaller = replace(case, H=(case.H + 1) // 2, W=(case.W + 1) // 2)
        if smaller == case or not is_legal(smaller):
            return None
        case = smaller
    return case
