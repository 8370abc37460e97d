"""The arithmetic that results rest on: settled before numpy loads, tried before a run, told in manifests.

Sums taken in another order differ in their last digits, and so do logarithms of another instruction set. So
one thread is used, and on x86 the kernels that every machine of that kind has: two of them then give the same
bytes. numpy's maintainers advise the same where answers must agree between machines (numpy issue 23523).
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import platform
from pathlib import Path

from replication.errors import UserError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
X86 = ("x86_64", "AMD64")
# OpenBLAS does not ask whether the processor has the kernel that it is told to use. This one is there where
# the wheels of numpy load, which ask for x86-64-v2.
KERNEL = "Nehalem"
# All that the wheels can use beyond that baseline; a name of the baseline itself stops numpy from loading.
BEYOND_BASELINE = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
LEAST_SPACE = 2**30  # bytes of addresses: what the libraries ask for, not what they use


def settle(*, native: bool = False) -> None:
    """Choose threads and kernels for this process and its children; to be called before numpy is imported.

    Parameters
    ----------
    native : bool
        Leave the kernels to the processor: faster, and late digits then differ between machines.
    """
    for name in THREADS:
        os.environ[name] = "1"
    if platform.machine() in X86 and not native:
        os.environ["OPENBLAS_CORETYPE"] = KERNEL
        os.environ["NPY_DISABLE_CPU_FEATURES"] = BEYOND_BASELINE
    # Where no home folder can be written matplotlib says so at length, and does without.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def require_space() -> None:
    """Refuse to start in less address space than the libraries need; OpenBLAS would ask again for ever.

    Raises
    ------
    UserError
        `ulimit -v` allows less than `LEAST_SPACE`.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    if allowed != resource.RLIM_INFINITY and allowed < LEAST_SPACE:
        raise UserError(
            f"{allowed // 2**20:,} MiB of address space are allowed (ulimit -v), "
            f"{LEAST_SPACE // 2**20:,} are needed"
        )


def arithmetic() -> dict[str, str]:
    """What the digits of a result depend on besides code and packages, in words that can be compared."""
    from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__

    there = features()
    used = [*__cpu_baseline__, *(name for name in __cpu_dispatch__ if name in there)]
    return {
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "linear algebra": _linear_algebra(),
        "numpy's instruction sets": " ".join(used),
        "C library": " ".join(platform.libc_ver()).strip() or platform.platform(),
        "its functions": _digest_of_functions(),
    }


def features() -> set[str]:
    """Instruction sets of the processor that numpy sees, less those that it was told not to use."""
    from numpy._core._multiarray_umath import __cpu_features__

    return {name for name, there in __cpu_features__.items() if there}


def processor() -> str:
    """Model of the processor, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        named = []
    return next(iter(named), platform.processor() or platform.machine())


def _linear_algebra() -> str:
    """What numpy and scipy have loaded, with the kernels that it uses."""
    import scipy.linalg  # noqa: F401  (brings a copy of its own)
    from threadpoolctl import threadpool_info

    return ", ".join(
        sorted({f"{lib['internal_api']} {lib.get('architecture')}" for lib in threadpool_info()})
    )


def _digest_of_functions() -> str:
    """The C library's exp, log, pow, sin and atan on fixed points: some digits go by its FMA variants."""
    points = [1 + place / 997 for place in range(997)]
    values = [f(x).hex() for f in (math.exp, math.log, math.sin, math.atan) for x in points]
    values += [math.pow(x, 3 - x).hex() for x in points]
    return hashlib.sha256(" ".join(values).encode()).hexdigest()[:8]


def require_right_answers() -> None:
    """Compute what is known; a pinned checksum proves which library is installed, not that it is right.

    Raises
    ------
    UserError
        A product, a decomposition or a function comes out wrong on this machine.
    """
    wrong = [name for name, right in KNOWN.items() if not right()]
    if wrong:
        used = ", ".join(f"{name} {value}" for name, value in arithmetic().items())
        raise UserError(
            f"numpy or scipy computes wrong results here: {', '.join(wrong)} ({used}); nothing was run: "
            "install the packages anew (rm -r .venv, then make) or use another machine"
        )


SIZE = 130  # more than one block of any kernel, and no multiple of its width


def _right_products() -> bool:
    """Integers are multiplied without linear algebra, and doubles hold these sums exactly."""
    import numpy as np

    rows, columns = np.indices((SIZE, SIZE))
    left, right = (7 * rows + 3 * columns) % 11 - 5, (5 * rows + 2 * columns) % 13 - 6
    return np.array_equal(left.astype(float) @ right.astype(float), left @ right)


def _right_decompositions() -> bool:
    """Second differences have the eigenvalues 2 - 2 cos(j pi / (n + 1)); tried in two libraries."""
    import numpy as np
    import scipy.linalg

    matrix = 2 * np.eye(SIZE) - np.eye(SIZE, k=1) - np.eye(SIZE, k=-1)
    known = 2 - 2 * np.cos(np.arange(1, SIZE + 1) * math.pi / (SIZE + 1))
    near = 1e-12  # n eps times the norm of 4, with a reserve of ten
    for library in (np.linalg, scipy.linalg):
        try:
            values, (orthogonal, triangle) = library.eigvalsh(matrix), library.qr(matrix)
        except np.linalg.LinAlgError:
            return False
        errors = np.abs(values - known).max(), np.abs(orthogonal @ triangle - matrix).max()
        if not max(errors) <= near:  # a NaN is wrong too
            return False
    return True


def _right_functions() -> bool:
    """numpy's own logarithm, exponential and root beside those of the C library, to a few last digits."""
    import numpy as np

    points = np.linspace(0.01, 40, 1001)
    return all(
        np.allclose(
            getattr(np, name)(points), [getattr(math, name)(x) for x in points], rtol=1e-14, atol=1e-15
        )
        for name in ("log", "exp", "sqrt")
    )


KNOWN = {
    "a product of matrices": _right_products,
    "a decomposition": _right_decompositions,
    "a logarithm, exponential or root": _right_functions,
}
