"""A structured econometric replication package."""

import signal
import sys

__version__ = "0.1.0"

if sys.argv[0].endswith(("-m", "replicate")) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    # The command is starting: until it listens, an interrupt ends it without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
