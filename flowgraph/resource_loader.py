"""`tf.resource_loader`: files that lie beside a script or come with the library."""

from flowgraph import absent as _absent
from flowgraph.platform.resources import (
    get_data_files_path,
    get_path_to_datafile,
    get_root_dir_with_all_resources,
    load_resource,
    readahead_file_path,
)

__all__ = [
    "get_data_files_path", "get_path_to_datafile", "get_root_dir_with_all_resources", "load_resource",
    "readahead_file_path",
]  # fmt: skip

_absent.watch(__name__)
