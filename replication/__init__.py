"""A structured econometric replication package."""

import _signal  # what `signal` is made of, without what that loads
import sys

__version__ = "0.1.0"

if sys.argv[0].endswith(("-m", "replicate")) and _signal.getsignal(_signal.SIGINT) is not _signal.SIG_IGN:
    # The command is starting: until it listens, an interrupt ends it without a traceback.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
