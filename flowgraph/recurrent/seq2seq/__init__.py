"""One sequence made of another: decoders and what feeds them, attention, beam search, and the loss."""
