"""GraphDefs as text: imported under TensorFlow 1.15.5 by the recording script, and here by the test."""

CONST = (
    'node{name:"a" op:"Const" attr{key:"dtype" value{type:DT_FLOAT}} attr{key:"value" value{tensor{dtype:DT_FLOAT '
    "tensor_shape{} float_val:1}}}} "
)
T = 'attr{key:"T" value{type:DT_FLOAT}}'
NEG = 'node{name:"n" op:"Neg" input:"a" %s}' % T
PLACEHOLDER = 'node{name:"p" op:"Placeholder" attr{key:"dtype" value{type:%s}}%s} '

# name -> a constant whose TensorProto is recorded
CONSTANTS = {
    "zeros": lambda tf: tf.zeros([100]),
    "ones of float64": lambda tf: tf.ones([3], tf.float64),
    "zeros of bool": lambda tf: tf.zeros([2], tf.bool),
    "zeros of string": lambda tf: tf.zeros([2], tf.string),
    "ones of bfloat16": lambda tf: tf.ones([2, 2], tf.bfloat16),
    "zeros like": lambda tf: tf.zeros_like(tf.constant([1.0, 2.0], name="like")),
    "one entry": lambda tf: tf.constant([2.0]),
    "a scalar": lambda tf: tf.constant(2.0),
    "none": lambda tf: tf.constant([], tf.float32),
    "a filled matrix": lambda tf: tf.constant(1, shape=[4, 2]),
    "filled bytes": lambda tf: tf.constant(2, tf.uint8, [4]),
    "filled int64": lambda tf: tf.constant(3, tf.int64, [2]),
    "filled float16": lambda tf: tf.constant(1.0, tf.float16, [3]),
    "filled complex": lambda tf: tf.constant(1j, shape=[3]),
    "filled text": lambda tf: tf.constant("a", shape=[3]),
    "filled of a list": lambda tf: tf.constant([5.0], shape=[3]),
    "equal entries": lambda tf: tf.constant([1.0, 1.0, 1.0]),
    "bools": lambda tf: tf.constant([True, True]),
    "texts": lambda tf: tf.constant(["a", "a"]),
    "complex": lambda tf: tf.constant([1j, 1j]),
    "bytes": lambda tf: tf.constant([1, 1], tf.uint8),
    "float16": lambda tf: tf.constant([1, 2], tf.float16),
    "uint16": lambda tf: tf.constant([1, 2], tf.uint16),
    "int16": lambda tf: tf.constant([1, 2], tf.int16),
}

# name -> (text of the GraphDef, keyword arguments of import_graph_def)
CASES = {
    "plain": (CONST, {}),
    "no scope": (CONST, {"name": ""}),
    "a scope": (CONST, {"name": "x"}),
    "users first": (NEG + CONST, {}),
    "no attr": ('node{name:"a" op:"Placeholder"}', {}),
    "an attr too many": (CONST.replace("attr{", 'attr{key:"zzz" value{i:1}} attr{', 1), {}),
    "an attr of any op": (CONST.replace("attr{", 'attr{key:"_zzz" value{i:1}} attr{', 1), {}),
    "shapes that differ": (
        CONST.replace("attr{", 'attr{key:"_output_shapes" value{list{shape{dim{size:2}}}}} attr{', 1),
        {},
    ),
    "an unknown input": (NEG, {}),
    "an output that is not there": (CONST + NEG.replace('"a"', '"a:1"'), {}),
    "another dtype": (CONST + NEG.replace("FLOAT", "DOUBLE"), {}),
    "a name twice": (CONST + CONST, {}),
    "a bad name": ('node{name:"_ n" op:"NoOp"}', {}),
    "too few inputs": (CONST + NEG.replace("Neg", "Mul"), {}),
    "too many inputs": (CONST + NEG.replace('"a"', '"a" input:"a"'), {}),
    "a cycle": (NEG.replace('"a"', '"m"') + NEG.replace('"n"', '"m"').replace('"a"', '"n"'), {}),
    "a control input": (CONST + 'node{name:"n" op:"NoOp" input:"^a"}', {}),
    "a control input first": (CONST + NEG.replace('"a"', '"^a" input:"a"'), {}),
    "elements": (CONST + NEG, {"return_elements": ["a", "a:0", "n:0"]}),
    "no such op": (CONST, {"return_elements": ["b"]}),
    "no such output": (CONST, {"return_elements": ["a:1"]}),
    "no name": (CONST, {"return_elements": ["a:x"]}),
    "not text": (CONST, {"return_elements": [1]}),
    "a mapping for nothing": (CONST, {"input_map": {"b": 1.0}}),
    "an op mapped": (CONST + NEG, {"input_map": {"a": 2.0}}),
    "a tensor mapped": (CONST + NEG, {"input_map": {"a:0": 2.0}, "name": "q"}),
    "a mapped tensor handed back": (CONST + NEG, {"input_map": {"a:0": 2.0}, "return_elements": ["a:0", "n:0"]}),
    "mapped without a scope": (CONST + NEG, {"input_map": {"a:0": 2.0}, "name": ""}),
    "no mapping": (CONST, {"input_map": [1]}),
    "beside another": (
        CONST + NEG.replace("attr{", 'attr{key:"_class" value{list{s:"loc:@a"}}} attr{', 1),
        {"name": "s"},
    ),
    "beside nothing": (CONST + NEG.replace("attr{", 'attr{key:"_class" value{list{s:"loc:@z"}}} attr{', 1), {}),
    "shapes that do not fit": (
        PLACEHOLDER % ("DT_FLOAT", 'attr{key:"shape" value{shape{dim{size:2}dim{size:3}}}}')
        + 'node{name:"m" op:"MatMul" input:"p" input:"p" %s}' % T,
        {},
    ),
    "an attr of another kind": ('node{name:"a" op:"Placeholder" attr{key:"dtype" value{i:1}}}', {}),
    "a dtype that is not allowed": (
        PLACEHOLDER % ("DT_STRING", "") + NEG.replace("FLOAT", "STRING").replace('"a"', '"p"'),
        {},
    ),
    "a text that is not allowed": (
        CONST + 'node{name:"n" op:"MaxPool" input:"a" %s attr{key:"padding" value{s:"NONE"}} '
        'attr{key:"ksize" value{list{i:[1,1,1,1]}}} attr{key:"strides" value{list{i:[1,1,1,1]}}}}' % T,
        {},
    ),
    "a list too short": (
        CONST + 'node{name:"n" op:"AddN" input:"a" attr{key:"N" value{i:0}} %s}' % T,
        {},
    ),
    "a device": (CONST.replace('op:"Const"', 'op:"Const" device:"/gpu:0"'), {}),
}
