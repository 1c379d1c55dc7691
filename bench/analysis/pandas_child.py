"""Analyses one run with pandas: the same figures as perfbed's analysis, printed as one JSON line.

Usage: pandas_child.py FOLDER MEASURED_FROM_US MEASURED_TO_US
Only the needed columns are read, journey and step as categories: how a careful pandas user would write it.
"""
import json
import math
import re
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

PROBABILITIES = [0.5, 0.9, 0.95, 0.99, 0.999]
TIMELINE_PROBABILITIES = [0.5, 0.95, 0.99]


def plain(value):
    return None if value is None or not math.isfinite(value) else float(value)


def figures(requests, errors, mean, low, high, quantiles):
    return {
        "requests": int(requests),
        "errors": int(errors),
        "meanMs": plain(mean / 1000),
        "minMs": plain(low / 1000),
        "maxMs": plain(high / 1000),
        "quantilesMs": [plain(q / 1000) for q in quantiles],
    }


def grouped(frame, keys, groups):
    by = frame.groupby(keys, observed=True, sort=False)
    counts = by["ok"].agg(["size", "sum"])
    times = frame[frame["ok"]].groupby(keys, observed=True, sort=False)["durationUs"].agg(["mean", "min", "max"])
    quantiles = by["latency"].quantile(PROBABILITIES).unstack()
    for key, (size, ok) in zip(counts.index, counts.to_numpy()):
        name = "/".join(key) if isinstance(key, tuple) else key
        mean, low, high = times.loc[key]
        groups[name] = figures(size, size - ok, mean, low, high, quantiles.loc[key, PROBABILITIES])


def main():
    folder, from_us, to_us = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    table = pq.read_table(
        f"{folder}/samples",
        columns=["journey", "step", "startedAtUs", "durationUs", "ok"],
        read_dictionary=["journey", "step"],
    )
    frame = table.to_pandas(split_blocks=True, self_destruct=True)
    del table
    # A failed request counts as slower than every answered one.
    frame["latency"] = frame["durationUs"].astype("float64").where(frame["ok"], np.inf)

    second = (frame["startedAtUs"] - from_us) // 1_000_000
    timeline = frame["latency"].groupby(second.to_numpy(), sort=True).quantile(TIMELINE_PROBABILITIES).unstack()
    del second

    frame = frame[(frame["startedAtUs"] >= from_us) & (frame["startedAtUs"] < to_us)]
    ok = frame.loc[frame["ok"], "durationUs"]
    groups = {
        "": figures(len(frame), len(frame) - len(ok), ok.mean(), ok.min(), ok.max(),
                    frame["latency"].quantile(PROBABILITIES))
    }
    del ok
    grouped(frame, ["journey"], groups)
    grouped(frame, ["journey", "step"], groups)

    with open("/proc/self/status", encoding="ascii") as status:
        peak_kib = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1))
    print(json.dumps({
        "groups": groups,
        "timeline": [[plain(v / 1000) for v in row] for row in timeline.to_numpy()],
        "peakMiB": peak_kib / 1024,
    }))


main()
