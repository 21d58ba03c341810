#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The founding step, and Adam at 10^7 parameters, in PyTorch's eager mode and here: binary32, one
thread each, in turns; prints the least processor time of each, in microseconds, and how many times
as long PyTorch's take.

Called as: bench/peers/pytorch.py [ULPSCOPE_NATIVE_BENCH]
"""
import json
import os
import subprocess
import sys
import time

try:
    import torch
except ImportError:
    print("skipped: no PyTorch here (Debian: python3-torch, for Debian's own python3)")
    sys.exit(0)

ROUNDS = 5
BLOCKS = 20


def founding_step():
    """64 samples x 1000 features, a linear layer, the sum of squared errors, Adam."""
    x, y = torch.randn(64, 1000), torch.randn(64)
    model = torch.nn.Linear(1000, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        ((model(x).squeeze(1) - y) ** 2).sum().backward()
        optimizer.step()

    return step


def adam(parameters):
    w = torch.nn.Parameter(torch.randn(parameters))
    w.grad = torch.randn(parameters)
    return torch.optim.Adam([w], lr=1e-3).step


def best(step, calls):
    """The least microseconds of a call, of blocks of calls."""
    times = []
    for _ in range(BLOCKS):
        start = time.process_time()
        for _ in range(calls):
            step()
        times.append((time.process_time() - start) / calls * 1e6)
    return min(times)


def ours(program, name):
    out = subprocess.run(
        [program, f"--benchmark_filter=^{name}/",
         "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["benchmarks"][0]["best_us"]


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/bench/ulpscope_native_bench"
    if not os.access(program, os.X_OK):
        sys.exit(f"{program}: no such program; expected for example "
                 "build/bench/ulpscope_native_bench")
    torch.set_num_threads(1)
    cases = [("founding_step/binary32", founding_step(), 10),
             ("adam_beside_copy/binary32/10000000", adam(10**7), 1)]
    print(f"{'':36}{'torch us':>12}{'ours us':>12}{'ratio':>8}   PyTorch {torch.__version__}")
    for name, step, calls in cases:
        theirs, here = zip(*[(best(step, calls), ours(program, name)) for _ in range(ROUNDS)])
        print(f"{name:36}{min(theirs):12.1f}{min(here):12.1f}{min(theirs) / min(here):8.1f}")


main()
