"""What is measured, how equal losses have to be, and what flowgraph is meant to reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """One script of `workloads/`.

    `tolerance` is the largest relative difference of its first losses from flowgraph's with which a contestant is still
    measured; None where contestants draw their own numbers. `floor_ms` is what two Zen 4 cores need for the arithmetic
    or the memory traffic alone, `floor` says how that was found.
    """

    name: str
    script: str
    title: str
    tolerance: float | None
    floor_ms: float | None = None
    floor: str = ""
    arguments: tuple[str, ...] = ()
    tf_only: bool = False


WORKLOADS = (
    Workload("w1", "w1_scalar_add", "`run(a + b)`, two numbers fed", 0.0),
    Workload("w2", "w2_mlp", "MLP 784-500-10, L2, decay, moving averages, batch 100", 1e-5, 0.78, "memory and GEMM"),
    Workload("w3", "w3_lenet", "LeNet-5, batch 100", 1e-5, 12, "Winograd; 30 for direct convolutions"),
    # normalising by the batch makes rounding errors of the convolutions count
    Workload("w4", "w4_convnet", "3x3 convolutions 64, 64, 128, 128, batch norm, Adam, batch 64", 2e-4, 53,
             "Winograd; 161 for direct convolutions"),
    Workload("w5", "w5_lstm", "LSTM 2 x 200, batch 20, 20 steps, 10,000 words, clipped", 1e-5, 32, "GEMM"),
    Workload("w6", "w6_elementwise", "33 elementwise ops on 1M floats, and the gradient", 1e-5, 1, "memory"),
    Workload("w7", "w7_small_ops", "2,000 small ops (vectors of 10), and the gradient", 1e-5),
    Workload("w8", "w8_word2vec", "word2vec 50,000 x 128, NCE, batch 128, sparse SGD", 1e-5),
    Workload("w8b", "w8_word2vec", "W8 with the op's own sampler", None, arguments=("own",), tf_only=True),
    Workload("loop", "while_loop", "`while_loop`, 100,000 iterations over scalars", 0.0, tf_only=True),
    Workload("rnn", "w5_lstm", "W5 by `dynamic_rnn`: a loop in the graph", 1e-5, 32, "GEMM", ("loop",), tf_only=True),
)  # fmt: skip

DEEP_GRAPHS = (1000, 10_000, 100_000)  # ops of W9


@dataclass(frozen=True)
class Target:
    """`figure` of flowgraph is to be at least `least` times as good as `peer`'s."""

    figure: str
    peer: str
    least: float
    title: str = ""


TARGETS = (
    Target("w1", "torch", 1.3),
    Target("w1", "tf221", 30),
    *(Target(f"w{number}", "tf115", 1.0) for number in range(2, 9)),
    Target("w2", "tf221", 1.2),
    Target("w6", "tf221", 1.2),
    Target("w8", "tf221", 1.1),
    Target("deep 10000", "tf221", 20, "W9: build, gradients and first run of 10,000 ops"),
    Target("import", "tf221", 10, "W9: import"),
    Target("memory w4", "tf221", 1.0, "peak memory of W4"),
)
