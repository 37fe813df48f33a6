"""Run by every Python of the image at its start, the engine's children with their empty environment among them.

numba keys its cache by the processor. Compiled for the one that happened to build the image, it would be compiled
again, for half a minute, on every machine that has another; x86-64-v3 (AVX2, FMA) is what all of Fargate's have.
"""

import os

os.environ.setdefault(  # noqa: TID251 - numba's own settings, before any setting of the service is read
    "NUMBA_CPU_NAME", "x86-64-v3" if os.uname().machine == "x86_64" else "generic"
)
os.environ.setdefault("NUMBA_CPU_FEATURES", "")  # noqa: TID251 - those that the name implies, no more
