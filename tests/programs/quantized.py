"""Programs that prepare for small integers: quantized tensors, and networks trained as if they were."""

from __future__ import annotations

from .data import one_hot, uniform


def there_and_back(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    low, high = tf.reduce_min(x), tf.reduce_max(x)
    small, least, greatest = tf.quantize(x, low, high, tf.quint8, name="small")
    again = tf.dequantize(small, least, greatest)
    signed = tf.quantization.quantize(x, -1.0, 1.0, tf.qint8, mode="SCALED", round_mode="HALF_TO_EVEN")
    error = tf.reduce_max(tf.abs(again - x))
    feeds = {x: uniform(3, 4, low=-1.0)}
    return [([small, again, error], feeds), (signed.output, feeds), (tf.cast(small, tf.int32) // 2, feeds)]


def one_range_for_all(tf):
    parts = [tf.quantize(uniform(2, 3, seed=i), 0.0, float(i + 1), tf.quint8) for i in range(3)]
    joined, low, high = tf.quantized_concat(0, *zip(*parts), name="joined")
    return [([joined, low, high, tf.dequantize(joined, low, high, mode="MIN_FIRST")], None)]


def quantization_aware_training(tf):
    """Weights and activations are rounded on the way forward; the ranges of activations are learned."""
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    weights = tf.Variable(uniform(6, 3, low=-0.5, high=0.5), name="weights")
    low = tf.Variable(-1.0, name="low")
    high = tf.Variable(1.0, name="high")
    rounded = tf.fake_quant_with_min_max_args(weights, min=-0.5, max=0.5, num_bits=4)
    logits = tf.fake_quant_with_min_max_vars(tf.matmul(x, rounded), low, high, num_bits=4)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feeds = {x: uniform(8, 6, low=-1.0), labels: one_hot(8, 3)}
    runs = [(step, feeds)] * 3
    return [(tf.global_variables_initializer(), None), (loss, feeds)] + runs + [([loss, low, high, rounded], feeds)]


def ranges_for_each_channel(tf):
    images = tf.constant(uniform(2, 3, 3, 4, low=-2.0, high=2.0))
    low = tf.Variable([-1.0, -0.5, 0.0, -2.0])
    high = tf.Variable([1.0, 0.5, 1.0, 2.0])
    y = tf.fake_quant_with_min_max_vars_per_channel(images, low, high, num_bits=3)
    grads = tf.gradients(tf.reduce_sum(tf.square(y)), [low, high])
    straight = tf.quantization.quantize_and_dequantize(images, -1.0, 1.0, num_bits=4, range_given=True)
    passed = tf.gradients(tf.square(straight), images)
    return [(tf.global_variables_initializer(), None), ([y, grads], None), ([straight, passed], None)]


def patches_as_convolution(tf):
    """A convolution as a product of patches and weights, with the same gradient."""
    images = tf.constant(uniform(2, 5, 5, 2), name="images")
    kernel = tf.Variable(uniform(3, 3, 2, 4, seed=1, low=-1.0), name="kernel")
    patches = tf.extract_image_patches(images, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")
    product = tf.tensordot(patches, tf.reshape(kernel, [18, 4]), 1)
    direct = tf.nn.conv2d(images, kernel, strides=[1, 2, 2, 1], padding="SAME")
    grads = [tf.gradients(tf.nn.l2_loss(y), [kernel, images]) for y in (product, direct)]
    return [(tf.global_variables_initializer(), None), ([product, direct, grads], None)]
