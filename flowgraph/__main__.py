"""`python -m flowgraph` is the command `flowgraph`."""

import sys

from flowgraph.commands.main import main

sys.exit(main())
