"""All benchmarks, one after the other: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import subprocess
import sys

for name in ("decode", "store", "plan", "sync", "sandbox", "apply", "pace", "report"):
    print(f"== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
