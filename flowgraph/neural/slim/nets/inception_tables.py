"""What the Inception networks are made of, a line a branch (tf.contrib.slim.nets.inception).

A step is a layer's name and its channels: `Conv2d_0b_3x3 96` has a kernel of 3 x 3, as the name says; one of another
size follows the channels. `/2` is a stride, `VALID` a padding, `sd=0.1` the standard deviation of the initial weights.
Steps of a branch are joined by ` > `; `{a | b}` are two steps side by side, whose outputs are joined.
"""

from __future__ import annotations

Part = str | tuple[str, ...]
"""A layer; or the name of a block and its branches."""

V1: tuple[Part, ...] = (
    "Conv2d_1a_7x7 64 /2",
    "MaxPool_2a_3x3 /2",
    "Conv2d_2b_1x1 64",
    "Conv2d_2c_3x3 192",
    "MaxPool_3a_3x3 /2",
    (
        "Mixed_3b",
        "Conv2d_0a_1x1 64",
        "Conv2d_0a_1x1 96 > Conv2d_0b_3x3 128",
        "Conv2d_0a_1x1 16 > Conv2d_0b_3x3 32",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 32",
    ),
    (
        "Mixed_3c",
        "Conv2d_0a_1x1 128",
        "Conv2d_0a_1x1 128 > Conv2d_0b_3x3 192",
        "Conv2d_0a_1x1 32 > Conv2d_0b_3x3 96",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    "MaxPool_4a_3x3 /2",
    (
        "Mixed_4b",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 96 > Conv2d_0b_3x3 208",
        "Conv2d_0a_1x1 16 > Conv2d_0b_3x3 48",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_4c",
        "Conv2d_0a_1x1 160",
        "Conv2d_0a_1x1 112 > Conv2d_0b_3x3 224",
        "Conv2d_0a_1x1 24 > Conv2d_0b_3x3 64",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_4d",
        "Conv2d_0a_1x1 128",
        "Conv2d_0a_1x1 128 > Conv2d_0b_3x3 256",
        "Conv2d_0a_1x1 24 > Conv2d_0b_3x3 64",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_4e",
        "Conv2d_0a_1x1 112",
        "Conv2d_0a_1x1 144 > Conv2d_0b_3x3 288",
        "Conv2d_0a_1x1 32 > Conv2d_0b_3x3 64",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_4f",
        "Conv2d_0a_1x1 256",
        "Conv2d_0a_1x1 160 > Conv2d_0b_3x3 320",
        "Conv2d_0a_1x1 32 > Conv2d_0b_3x3 128",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 128",
    ),
    "MaxPool_5a_2x2 /2",
    (
        "Mixed_5b",
        "Conv2d_0a_1x1 256",
        "Conv2d_0a_1x1 160 > Conv2d_0b_3x3 320",
        "Conv2d_0a_1x1 32 > Conv2d_0a_3x3 128",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 128",
    ),
    (
        "Mixed_5c",
        "Conv2d_0a_1x1 384",
        "Conv2d_0a_1x1 192 > Conv2d_0b_3x3 384",
        "Conv2d_0a_1x1 48 > Conv2d_0b_3x3 128",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 128",
    ),
)

V2: tuple[Part, ...] = (
    "Conv2d_1a_7x7 64 /2 sd=1.0 separable",
    "MaxPool_2a_3x3 /2",
    "Conv2d_2b_1x1 64 sd=0.1",
    "Conv2d_2c_3x3 192",
    "MaxPool_3a_3x3 /2",
    (
        "Mixed_3b",
        "Conv2d_0a_1x1 64",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 64",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 32 sd=0.1",
    ),
    (
        "Mixed_3c",
        "Conv2d_0a_1x1 64",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 96",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 64 sd=0.1",
    ),
    (
        "Mixed_4a",
        "Conv2d_0a_1x1 128 sd=0.09 > Conv2d_1a_3x3 160 /2",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 96 > Conv2d_1a_3x3 96 /2",
        "MaxPool_1a_3x3 /2",
    ),
    (
        "Mixed_4b",
        "Conv2d_0a_1x1 224",
        "Conv2d_0a_1x1 64 sd=0.09 > Conv2d_0b_3x3 96",
        "Conv2d_0a_1x1 96 sd=0.09 > Conv2d_0b_3x3 128 > Conv2d_0c_3x3 128",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 128 sd=0.1",
    ),
    (
        "Mixed_4c",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 96 sd=0.09 > Conv2d_0b_3x3 128",
        "Conv2d_0a_1x1 96 sd=0.09 > Conv2d_0b_3x3 128 > Conv2d_0c_3x3 128",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 128 sd=0.1",
    ),
    (
        "Mixed_4d",
        "Conv2d_0a_1x1 160",
        "Conv2d_0a_1x1 128 sd=0.09 > Conv2d_0b_3x3 160",
        "Conv2d_0a_1x1 128 sd=0.09 > Conv2d_0b_3x3 160 > Conv2d_0c_3x3 160",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 96 sd=0.1",
    ),
    (
        "Mixed_4e",
        "Conv2d_0a_1x1 96",
        "Conv2d_0a_1x1 128 sd=0.09 > Conv2d_0b_3x3 192",
        "Conv2d_0a_1x1 160 sd=0.09 > Conv2d_0b_3x3 192 > Conv2d_0c_3x3 192",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 96 sd=0.1",
    ),
    (
        "Mixed_5a",
        "Conv2d_0a_1x1 128 sd=0.09 > Conv2d_1a_3x3 192 /2",
        "Conv2d_0a_1x1 192 sd=0.09 > Conv2d_0b_3x3 256 > Conv2d_1a_3x3 256 /2",
        "MaxPool_1a_3x3 /2",
    ),
    (
        "Mixed_5b",
        "Conv2d_0a_1x1 352",
        "Conv2d_0a_1x1 192 sd=0.09 > Conv2d_0b_3x3 320",
        "Conv2d_0a_1x1 160 sd=0.09 > Conv2d_0b_3x3 224 > Conv2d_0c_3x3 224",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 128 sd=0.1",
    ),
    (
        "Mixed_5c",
        "Conv2d_0a_1x1 352",
        "Conv2d_0a_1x1 192 sd=0.09 > Conv2d_0b_3x3 320",
        "Conv2d_0a_1x1 192 sd=0.09 > Conv2d_0b_3x3 224 > Conv2d_0c_3x3 224",
        "MaxPool_0a_3x3 > Conv2d_0b_1x1 128 sd=0.1",
    ),
)

V3_STEM: tuple[Part, ...] = (
    "Conv2d_1a_3x3 32 /2",
    "Conv2d_2a_3x3 32",
    "Conv2d_2b_3x3 64 SAME",
    "MaxPool_3a_3x3 /2",
    "Conv2d_3b_1x1 80",
    "Conv2d_4a_3x3 192",
    "MaxPool_5a_3x3 /2",
)
"""The layers before the blocks; their padding is VALID unless they say otherwise."""

V3: tuple[Part, ...] = (
    (
        "Mixed_5b",
        "Conv2d_0a_1x1 64",
        "Conv2d_0a_1x1 48 > Conv2d_0b_5x5 64",
        "Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 32",
    ),
    (
        "Mixed_5c",
        "Conv2d_0a_1x1 64",
        "Conv2d_0b_1x1 48 > Conv_1_0c_5x5 64",
        "Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_5d",
        "Conv2d_0a_1x1 64",
        "Conv2d_0a_1x1 48 > Conv2d_0b_5x5 64",
        "Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 64",
    ),
    (
        "Mixed_6a",
        "Conv2d_1a_1x1 384 3x3 /2 VALID",
        "Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_1a_1x1 96 3x3 /2 VALID",
        "MaxPool_1a_3x3 /2 VALID",
    ),
    (
        "Mixed_6b",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 128 > Conv2d_0b_1x7 128 > Conv2d_0c_7x1 192",
        "Conv2d_0a_1x1 128 > Conv2d_0b_7x1 128 > Conv2d_0c_1x7 128 > Conv2d_0d_7x1 128 > Conv2d_0e_1x7 192",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
    (
        "Mixed_6c",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 160 > Conv2d_0b_1x7 160 > Conv2d_0c_7x1 192",
        "Conv2d_0a_1x1 160 > Conv2d_0b_7x1 160 > Conv2d_0c_1x7 160 > Conv2d_0d_7x1 160 > Conv2d_0e_1x7 192",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
    (
        "Mixed_6d",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 160 > Conv2d_0b_1x7 160 > Conv2d_0c_7x1 192",
        "Conv2d_0a_1x1 160 > Conv2d_0b_7x1 160 > Conv2d_0c_1x7 160 > Conv2d_0d_7x1 160 > Conv2d_0e_1x7 192",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
    (
        "Mixed_6e",
        "Conv2d_0a_1x1 192",
        "Conv2d_0a_1x1 192 > Conv2d_0b_1x7 192 > Conv2d_0c_7x1 192",
        "Conv2d_0a_1x1 192 > Conv2d_0b_7x1 192 > Conv2d_0c_1x7 192 > Conv2d_0d_7x1 192 > Conv2d_0e_1x7 192",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
    (
        "Mixed_7a",
        "Conv2d_0a_1x1 192 > Conv2d_1a_3x3 320 /2 VALID",
        "Conv2d_0a_1x1 192 > Conv2d_0b_1x7 192 > Conv2d_0c_7x1 192 > Conv2d_1a_3x3 192 /2 VALID",
        "MaxPool_1a_3x3 /2 VALID",
    ),
    (
        "Mixed_7b",
        "Conv2d_0a_1x1 320",
        "Conv2d_0a_1x1 384 > {Conv2d_0b_1x3 384 | Conv2d_0b_3x1 384}",
        "Conv2d_0a_1x1 448 > Conv2d_0b_3x3 384 > {Conv2d_0c_1x3 384 | Conv2d_0d_3x1 384}",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
    (
        "Mixed_7c",
        "Conv2d_0a_1x1 320",
        "Conv2d_0a_1x1 384 > {Conv2d_0b_1x3 384 | Conv2d_0c_3x1 384}",
        "Conv2d_0a_1x1 448 > Conv2d_0b_3x3 384 > {Conv2d_0c_1x3 384 | Conv2d_0d_3x1 384}",
        "AvgPool_0a_3x3 > Conv2d_0b_1x1 192",
    ),
)
