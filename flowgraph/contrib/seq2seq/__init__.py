"""`tf.contrib.seq2seq`: decoders, attention and beam search."""

from flowgraph import absent as _absent
from flowgraph.ops.gather_tree import gather_tree
from flowgraph.recurrent.seq2seq.attention import (
    AttentionMechanism,
    BahdanauAttention,
    LuongAttention,
)
from flowgraph.recurrent.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from flowgraph.recurrent.seq2seq.beam_search import BeamSearchDecoder, FinalBeamSearchDecoderOutput, tile_batch
from flowgraph.recurrent.seq2seq.beam_step import BeamSearchDecoderOutput, BeamSearchDecoderState
from flowgraph.recurrent.seq2seq.decoder import Decoder, dynamic_decode
from flowgraph.recurrent.seq2seq.helpers import (
    CustomHelper,
    GreedyEmbeddingHelper,
    Helper,
    InferenceHelper,
    SampleEmbeddingHelper,
    TrainingHelper,
)
from flowgraph.recurrent.seq2seq.loss import sequence_loss
from flowgraph.recurrent.seq2seq.monotonic import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    hardmax,
    monotonic_attention,
    safe_cumprod,
)
from flowgraph.recurrent.seq2seq.scheduled import ScheduledEmbeddingTrainingHelper, ScheduledOutputTrainingHelper
from flowgraph.recurrent.seq2seq.wrapper import AttentionWrapper, AttentionWrapperState

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "BasicDecoder",
    "BasicDecoderOutput",
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "CustomHelper",
    "Decoder",
    "FinalBeamSearchDecoderOutput",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "LuongAttention",
    "LuongMonotonicAttention",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "dynamic_decode",
    "gather_tree",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
    "sequence_loss",
    "tile_batch",
]

_absent.watch(__name__)
