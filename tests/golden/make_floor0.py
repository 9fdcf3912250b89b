"""Ask TensorFlow 1.15.5 about types, shapes, conversion and errors; write floor0.json beside this file.

    TF_CPP_MIN_LOG_LEVEL=3 python3.7 make_floor0.py

Most questions are expressions. The test evaluates the same text with flowgraph's names: `c` is tf.constant
(there the array it holds), `TS` TensorShape, `D` Dimension. An answer is a list: ["array", dtype, shape,
entries], ["value", repr] or ["error", exception type, first line].
"""

import array
import decimal
import fractions
import json
import os
import typing
import warnings

import numpy as np
import tensorflow as tf

CONVERSION = r"""
c(1)
c(3000000000)
c(-2**31-1)
c(2**63)
c(2**64)
c(-2**63-1)
c(1.5)
c(0.1)
c(float('nan'))
c(True)
c('a')
c(b'a')
c('\xe9')
c('a\0')
c(1+2j)
c(None)
c([])
c([[]])
c([1,2.5])
c([True,1])
c([True,2.5])
c([True,False])
c([1,2j])
c([1,'a'])
c(['a',1])
c([1.5,b'a'])
c(['a','bc'])
c([b'a','b'])
c([['a'],['b']])
c(['a\0'])
c([None,1])
c([None])
c([1,None],'float32')
c(None,'float32')
c([[1],[1,2]])
c([[1],[1,2]],'int32')
c([1,[2]])
c([[1],2])
c([[1],2],'float32')
c([[[1,2]],[[1]]])
c([['a','b'],['c']])
c([['a','b'],'c'])
c({})
c({'a':1.0},'float32')
c({1})
c(set())
c({1},'float32')
c(1.5,'int32')
c([1,1.5],'int32')
c([[1,2],[3,4.5]],'int64')
c([1,2],'float32')
c('a','float32')
c(['1'],'float32')
c(1,'string')
c([1,'a'],'string')
c('a','int32')
c(1,'bool')
c([True,1],'bool')
c(True,'int32')
c(True,'float32')
c(True,'string')
c(1.0,'bool')
c(1j,'float32')
c(1,'complex64')
c(1.5,'complex128')
c('a','complex64')
c(300,'uint8')
c(-1,'uint8')
c(-1,'uint64')
c([300],'int8')
c(3000000000,'int32')
c([3000000000],'int32')
c([1,-3000000000],'int32')
c(2**63,'int64')
c([2**63],'int64')
c(2**63,'uint64')
c(2**64,'float32')
c(10**400,'float32')
c(16777217,'float32')
c(1e40,'float32')
c([1e40],'float32')
c([1e40])
c(1e6,'float16')
c([0.1,0.2],'float16')
c(0.1,'float64')
c([1.1,2.2],'float64')
c([1,2,3],'int64')
c([2**40,1])
c([2**31-1,-2**31])
c([1,2**63])
c([[]],'int32')
c([],'string')
c([],'bool')
c(np.float64(1.5))
c(np.float32(1.1),'int32')
c([np.float32(1.1)],'int32')
c([np.float64(1.1)])
c([np.int64(1)])
c([np.int8(1)])
c([np.float16(1)])
c([np.bool_(True)])
c([np.bool_(True)],'bool')
c(np.bool_(True),'bool')
c(np.bool_(True),'float32')
c([np.bool_(True)],'float32')
c([np.bool_(True)],'int32')
c([np.str_('a')],'string')
c([np.str_('a')],'int32')
c([np.array([1.,2.])])
c([np.array([1.,2.]),np.array([3.,4.])])
c([np.array(1.),np.array(2.)])
c([np.array([1.,2.]),np.array([3.,4.])],'float32')
c((1,2))
c((1,(2,3)))
c(((1,2),(3,4)))
c(Pair(1,2))
c(range(3))
c(range(3),'int32')
c(np.arange(3))
c(np.arange(3.),'float32')
c(np.arange(3.))
c(np.array([1.5,-1.5]),'int32')
c(np.array([300]),'uint8')
c(np.array([1,0]),'bool')
c(np.array([1,2]),'string')
c(np.array([1.5]),'complex64')
c(np.array([0.1]),'float16')
c(np.array(['a','bc']))
c(np.array([b'a',b'bc']))
c(np.array(['a']),'float32')
c(np.array([b'a']),'float32')
c(np.array(['a']),'int32')
c(np.array(['1.5']),'float32')
c(np.array(['a']),'string')
c(np.array(['a\0']))
c(np.str_('a'))
c(np.bytes_(b'a'))
c(np.array(['a','b'],dtype=object))
c(np.array([1,2],dtype=object))
c(np.array([1,2],dtype=object),'int32')
c(np.array(['a'],dtype=object),'int32')
c(np.array([None],dtype=object))
c(np.array(['2001-01-01'],dtype='M8[D]'))
c(np.uint64(3))
c([np.uint64(3),-1])
c([np.uint8(3),1])
c(np.float32([[1,2],[3,4]]))
c(np.float32([[1,2],[3,4]]).T)
c(np.longlong(3))
c(bytearray(b'ab'))
c(memoryview(b'ab'))
c(array.array('d',[1,2]))
c(array.array('i',[1,2]),'float32')
c(Fraction(1,2))
c(Fraction(1,2),'float32')
c(Decimal(1),'float32')
c(TS([1,2]))
c([D(3),2])
c([D(3),2],'int32')
c(D(3),'int64')
c([[1,2]],shape=[2])
c([1,2],shape=[2,2])
c(1,shape=[2,2])
c(1,shape=[])
c(1.5,shape=[0])
c([1],shape=[0])
c(np.array([1]),shape=[0])
c(1,shape=[0],dtype='int32')
c('a',shape=[2])
c('a',shape=[0])
c(['a','b'],shape=[3])
c(['a','b','c'],shape=[2])
c([],shape=[2])
c([],shape=[2],dtype='int32')
c([],shape=[2],dtype='string')
c([],shape=[2],dtype='bool')
c(None,shape=[0])
c(1,shape=2)
c(1,shape=TS([2]))
c(1,shape=TS([None]))
c(1,shape=[None])
c(1,shape=[-1])
c(1,shape=[2.0])
c([1,2],shape=[2,1],verify_shape=True)
c([1,2],shape=[2],verify_shape=True)
c(1,shape=[2],verify_shape=True)
c(np.arange(6),shape=[2,3])
c(np.arange(6.),shape=[2,3],dtype='int32')
c(1,'resource')
c(1,'variant')
c(np.array([1]),'resource')
c([1],'qint8')
c(1,'qint8')
c([(1.5,)],'qint8')
c(1,'float32_ref')
c([1.5],'int32_ref')
c(1,np.float32)
c(1,float)
c(1,int)
c(1,'zz')
"""

SHAPES = r"""
hash(TS([1]))
hash(D(1))
TS([None])==TS([None])
TS(None)==TS(None)
TS([None])!=TS([None])
TS([1])!=TS([1])
TS([1])!=TS([2])
TS([1])!=TS([1,2])
TS([1])=='a'
TS([1])==None
TS(None)==None
TS([1])!=None
TS([1])==[1]
TS([1])==(1,)
TS([1])==5
TS([1])==1
TS([1])==['a']
TS([1])!=['a']
(lambda s: s==s)(TS([None,3]))
(lambda s: s!=s)(TS([None,3]))
(lambda s: s==TS(s))(TS([None,3]))
(lambda s: s[:1]==s[:1])(TS([None,3]))
(lambda s: s==s+[])(TS([None,3]))
(lambda s: s.dims is s.dims)(TS([None,3]))
TS([None,3])[1:]==TS([None,3])[1:]
TS('a')
TS(b'a')
TS(['a'])
TS(['3'])
TS([3.0])
TS([3.5])
TS([-1])
TS(-1)
TS(3)
TS(np.array([1,2]))
TS(np.int32(3))
TS([np.int64(3)])
TS([[1,2]])
TS([float32])
TS(float32)
TS([D(3),None,4])
TS({3:1})
TS([True])
TS(TS([1,None]))
TS([])
TS(None)
TS(x for x in [1,None])
str(TS([1,None]))
str(TS([1]))
str(TS([]))
str(TS(None))
str(TS([None]))
TS([1,2])[5]
TS([1,2])[-1]
TS([1,2])[:1]
TS([1,2,3])[::2]
TS([1,2])['a']
TS(None)[0]
TS(None)[1:3]
TS(None)[1:]
TS(None)[:-1]
TS(None)[::2]
TS(None)[3:1]
len(TS(None))
len(TS([1,2]))
list(TS(None))
list(TS([1,None]))
tuple(TS([4,5]))
bool(TS([]))
bool(TS(None))
TS([1,2]).merge_with([None,3])
TS([1,None]).merge_with([None,3])
TS([1,None]).merge_with([None])
TS(None).merge_with([None])
TS([1,None]).merge_with(None)
TS([1])+[2]
[2]+TS([1])
TS([1])+None
None+TS([1])
TS([1])+2
TS([1]).concatenate(None)
TS([1]).concatenate([None])
TS([1]).assert_same_rank([1,2])
TS([1]).assert_same_rank(None)
TS([1]).assert_has_rank(2)
TS([1]).assert_has_rank(1)
TS([1]).with_rank(2)
TS([None]).with_rank(1)
TS(None).with_rank(2)
TS([1]).with_rank_at_least(2)
TS(None).with_rank_at_least(2)
TS([1]).with_rank_at_most(0)
TS([1]).with_rank_at_most(1)
TS([1]).assert_is_compatible_with([2])
TS([1]).assert_is_compatible_with([2,None])
TS([1]).assert_is_compatible_with(TS([2]))
TS([1]).assert_is_compatible_with([None])
TS([1]).is_compatible_with(None)
TS([1,2]).is_compatible_with('a')
TS([1,2,None,3]).most_specific_compatible_shape([1,3,4,3])
TS([1]).most_specific_compatible_shape([1,3,4,3])
TS([None]).most_specific_compatible_shape([None])
TS([1,None]).assert_is_fully_defined()
TS([1,2]).assert_is_fully_defined()
TS([1,None]).is_fully_defined()
TS(None).is_fully_defined()
TS([1,None]).num_elements()
TS([]).num_elements()
TS([2,3]).num_elements()
TS([2**31,2**31,2**31]).num_elements()
TS(None).as_list()
TS([None,2]).as_list()
TS([None,2]).dims
TS(None).dims
TS([4]).rank
TS(None).rank
TS(None).ndims
TS([1])<TS([2])
D(3)+None
D(3)+4
4+D(3)
D(3)+'a'
D(3)+'4'
D(3)+1.5
2-D(3)
5-D(3)
D(3)-1
D(1)-3
D(3)-'a'
D(3)*2
2*D(3)
D(3)*'a'
D(None)*0
D(7)//2
7//D(2)
D(7)//'a'
'a'//D(7)
7/D(2)
D(7)/2
D(7)%4
9%D(4)
D(7)%None
None%D(7)
D(3)<None
D(3)<4
D(3)<=3
D(3)>3
D(3)>=3
D(3)>=None
D(3)>='a'
4>D(3)
D(3)==3.0
D(3)==3.5
D(3)==None
D(3)=='a'
D(3)!='a'
D(3)=='3'
D(None)!=D(None)
D(None)==D(None)
D(3)==D(3)
D(3)!=3
int(D(3))
int(D(None))
range(D(3))
[0,1,2,3][D(2)]
D('3')
D('a')
D(-1)
D(2.0)
D(2.5)
D(float32)
D([1])
D(D(None))
D(np.int8(2)).value
str(D(None))
str(D(3))
bool(D(0))
bool(D(None))
D(3).is_compatible_with(4)
D(3).is_compatible_with(None)
D(3).is_compatible_with('a')
D(3).assert_is_compatible_with(4)
D(3).assert_is_compatible_with('a')
D(3).merge_with(None)
D(3).merge_with(4)
D(None).merge_with(4)
D(3).merge_with('a')
-D(3)
D(3)**2
D(5)//0
D(None)//0
np.zeros([D(3),D(2)]).shape
dimension_value(D(3))
dimension_value(3)
dimension_at_index(TS([3,4]),1)
dimension_at_index(TS(None),1)
"""

DTYPES = r"""
[as_dtype(x) for x in ('float','double','half','float_ref','double_ref','half_ref')]
[as_dtype(x) for x in (float,bool,object)]
[as_dtype(x) for x in (np.int_,np.uint,np.intc,np.longlong,np.ulonglong)]
[as_dtype(x) for x in (np.str_,np.bytes_,np.object_,np.bool_)]
[as_dtype(np.dtype(x)) for x in ('U3','S3','O','f2','>f4','?','c8','u8')]
as_dtype(1)
as_dtype(101)
as_dtype(0)
as_dtype(24)
as_dtype(99)
as_dtype(124)
as_dtype(int)
as_dtype(str)
as_dtype(bytes)
as_dtype(complex)
as_dtype('int')
as_dtype('str')
as_dtype('object')
as_dtype('<f4')
as_dtype('float8')
as_dtype('Float32')
as_dtype(None)
as_dtype([])
as_dtype(np.dtype('M8[s]'))
as_dtype(np.datetime64)
as_dtype(np.floating)
as_dtype(np.void)
as_dtype(1.0)
as_dtype(np.dtype([('qint8',np.int8)]))
as_dtype(np.dtype([('quint16',np.uint16)]))
as_dtype(quint16.as_numpy_dtype)
DType(0)
DType(99)
DType('x')
DType(3)==int32
float32==None
float32=='float32'
float32=='float'
float32==np.float32
float32==np.dtype('float32')
float32==float
float32==1
float32=='zz'
float32==[]
float32==float32._as_ref
float32!=float32._as_ref
float32!='float32'
float32<int32
hash(float32)
hash(float32._as_ref)
bool(float32)
float32.is_compatible_with('float32_ref')
float32._as_ref.is_compatible_with(float32)
float32._as_ref.is_compatible_with(float32._as_ref)
float32.is_compatible_with(float)
float32.is_compatible_with('zz')
float32._as_ref._as_ref
float32._as_ref.base_dtype
float32._is_ref_dtype
float32._as_ref._is_ref_dtype
str(float32)
str(float32._as_ref)
repr(qint8)
float32 in (int32, np.float32)
float32.__reduce__()[1]
sorted(d.name for d in QUANTIZED_DTYPES)
"""

SIZES = [
    None,
    (),
    (0,),
    (1,),
    (3,),
    (4,),
    (None,),
    (1, 1),
    (2, 3),
    (2, 1),
    (None, 3),
    (2, None),
    (1, None),
    (None, None),
    (4, 2, 3),
    (4, None, 1),
    (0, 1, 3),
]

FLAGS = [
    "name",
    "is_bool",
    "is_integer",
    "is_floating",
    "is_complex",
    "is_quantized",
    "is_unsigned",
    "is_numpy_compatible",
    "_is_ref_dtype",
    "as_datatype_enum",
]
BORROWED = ["as_dtype", "DType", "float32", "int32", "qint8", "quint16", "QUANTIZED_DTYPES"]
BORROWED += ["dimension_value", "dimension_at_index"]

Pair = typing.NamedTuple("Pair", [("a", int), ("b", int)])


def names():
    found = {name: getattr(tf, name) for name in BORROWED}
    found.update(np=np, array=array, Fraction=fractions.Fraction, Decimal=decimal.Decimal, Pair=Pair)
    found.update(c=tf.constant, TS=tf.TensorShape, D=tf.Dimension)
    return found


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001  # whatever TF raises is the answer
        return ["error", type(error).__name__, str(error).split("\n")[0]]


def answer(expression, space, session):
    value = eval(expression, dict(space))
    if isinstance(value, tf.Tensor):
        value, dtype = session.run(value), value.dtype.name
        value = np.asarray(value, object if dtype == "string" else None)
        return ["array", dtype, list(value.shape), [repr(entry) for entry in value.ravel().tolist()]]
    return ["value", repr(value)]


def answers(text, session):
    space = names()
    return {line: attempt(answer, line, space, session) for line in text.strip().split("\n")}


def extreme(dtype, which):
    return np.asarray(getattr(dtype, which)).astype(np.float64).item()


def type_row(dtype):
    row = {flag: getattr(dtype, flag) for flag in FLAGS}
    row.update(base=dtype.base_dtype.name, real=dtype.real_dtype.name, ref=dtype._as_ref.name)
    row["size"] = attempt(lambda: dtype.size)
    row["numpy"] = attempt(lambda: np.dtype(dtype.as_numpy_dtype).str)
    row["min"] = attempt(extreme, dtype, "min")
    row["max"] = attempt(extreme, dtype, "max")
    row["limits"] = attempt(lambda: list(dtype.limits))
    return row


def type_table():
    return {str(number): type_row(tf.as_dtype(number)) for number in [*range(1, 24), *range(101, 124)]}


def sizes_of(shape):
    return None if shape.ndims is None else shape.as_list()


def broadcast(a, b):
    with tf.Graph().as_default():
        return sizes_of(tf.add(tf.placeholder(tf.float32, a), tf.placeholder(tf.float32, b)).shape)


def merge(a, b):
    with tf.Graph().as_default():
        tensor = tf.placeholder(tf.float32, a)
        tensor.set_shape(b)
        return sizes_of(tensor.shape)


def pairs():
    """Sizes of a + b, and of a placeholder of shape a after set_shape(b)."""
    return [[a, b, attempt(broadcast, a, b), attempt(merge, a, b)] for a in SIZES for b in SIZES]


def error_table():
    table = {}
    for code in range(1, 17):
        cls = tf.errors.exception_type_from_error_code(code)
        table[cls.__name__] = [code, [base.__name__ for base in cls.__mro__]]
    constants = {name: getattr(tf.errors, name) for name in dir(tf.errors) if name.isupper()}
    return {"types": table, "constants": constants}


def write(golden, path):
    """JSON with one question a line."""
    with open(path, "w") as file:
        for position, (section, content) in enumerate(golden.items()):
            file.write("{" if position == 0 else ",\n")
            if isinstance(content, dict):
                rows, brackets = [json.dumps(key) + ": " + compact(row) for key, row in content.items()], "{}"
            else:
                rows, brackets = [compact(row) for row in content], "[]"
            file.write(json.dumps(section) + ": " + brackets[0] + "\n" + ",\n".join(rows) + "\n" + brackets[1])
        file.write("}\n")


def compact(row):
    return json.dumps(row, default=lambda number: number.item())


def main():
    warnings.simplefilter("ignore")
    with tf.Session() as session:
        golden = {
            "conversion": answers(CONVERSION, session),
            "shapes": answers(SHAPES, session),
            "dtypes": answers(DTYPES, session),
            "types": type_table(),
            "pairs": pairs(),
            "errors": error_table(),
        }
    write(golden, os.path.join(os.path.dirname(os.path.abspath(__file__)), "floor0.json"))


if __name__ == "__main__":
    main()
