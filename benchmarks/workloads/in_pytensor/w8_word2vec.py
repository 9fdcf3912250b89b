"""W8 in PyTensor: word2vec, 50,000 words in 128 dimensions, 64 samples, batch 128; only rows that were used change."""

import pytensor
import pytensor.tensor as pt
from common import serve, shared
from inputs import word2vec

data = word2vec()
words, labels, ids = pt.ivector("words"), pt.lmatrix("labels"), pt.lvector("ids")
true_expected, expected = pt.fmatrix("true_expected"), pt.fvector("expected")
tables = [shared(array) for array in (data.embedding, data.nce_weights, data.nce_biases)]

batch = data.words.shape[1]
used = pt.concatenate([labels[:, 0], ids])
places = [words, used, used]
rows, weights, biases = looked_up = [table[at] for table, at in zip(tables, places)]
true = pt.sum(rows * weights[:batch], axis=1) + biases[:batch] - pt.log(true_expected[:, 0])
noise = rows @ weights[batch:].T + biases[batch:] - pt.log(expected)
loss = pt.mean(pt.softplus(-true) + pt.sum(pt.softplus(noise), axis=1))

gradients = pytensor.grad(loss, looked_up)
updates = [(table, pt.inc_subtensor(table[at], (-data.rate * gradient).astype("float32")))
           for table, at, gradient in zip(tables, places, gradients)]  # fmt: skip
serve(loss, updates, [words, labels, ids, true_expected, expected], data.words, data.labels, *zip(*data.sampled))
