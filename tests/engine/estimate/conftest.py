"""BLAS on one thread, as in a run: sums keep their order, and small matrices do not wait for idle cores."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

threadpool_limits(limits=1)
