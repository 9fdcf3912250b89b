"""tensorflow.contrib.seq2seq.python.ops: the modules of `tf.contrib.seq2seq`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import seq2seq as _seq2seq

_add_views(
    __name__,
    _seq2seq,
    {
        "attention_wrapper": "AttentionMechanism AttentionWrapper AttentionWrapperState LuongAttention"
        " BahdanauAttention hardmax safe_cumprod monotonic_attention BahdanauMonotonicAttention"
        " LuongMonotonicAttention",
        "basic_decoder": "BasicDecoderOutput BasicDecoder",
        "beam_search_decoder": "BeamSearchDecoderOutput BeamSearchDecoderState BeamSearchDecoder"
        " FinalBeamSearchDecoderOutput tile_batch",
        "beam_search_ops": "gather_tree",
        "decoder": "Decoder dynamic_decode",
        "helper": "Helper TrainingHelper GreedyEmbeddingHelper SampleEmbeddingHelper CustomHelper"
        " ScheduledEmbeddingTrainingHelper ScheduledOutputTrainingHelper InferenceHelper",
        "loss": "sequence_loss",
    },
)
