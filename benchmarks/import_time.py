"""Import of the module, in this fresh interpreter; numpy's own import, without which none can do, is told apart."""

import time

start = time.perf_counter()
import numpy  # noqa: E402, F401, ICN001  # it is the import that is measured

numpy_loaded = time.perf_counter()
from workload import load, report  # noqa: E402

begin = time.perf_counter()
load()
end = time.perf_counter()
report(numpy_ms=(numpy_loaded - start) * 1e3, import_ms=(end - begin + numpy_loaded - start) * 1e3)
