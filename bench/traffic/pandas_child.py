"""Reads an access log with pandas as a careful user would, and finds the visits in it: pages of people by address and agent, ended by
30 idle minutes, in chunks, with the columns that are needed as categories. Prints what it found as one JSON line.

Usage: pandas_child.py LOG
"""
import json
import re
import sys

import pandas as pd

PATTERN = (
    r'^(?P<address>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<path>[^ ?"]+)[^"]*" (?P<status>\d{3}) \S+ '
    r'"[^"]*" "(?P<agent>[^"]*)"'
)
STATIC = r"\.(?:css|js|png|jpg|gif|svg|ico|woff2?)$"
BOT = r"(?i)bot|crawl|spider|kube-probe"
IDLE = pd.Timedelta(minutes=30)


def main():
    parts = []
    lines = 0
    for chunk in pd.read_csv(sys.argv[1], sep="\x01", header=None, names=["line"], quoting=3, chunksize=500_000, engine="c"):
        lines += len(chunk)
        found = chunk["line"].str.extract(PATTERN).dropna(subset=["time"])
        found = found[~found["path"].str.contains(STATIC) & ~found["agent"].str.contains(BOT) & (found["path"] != "/health")]
        path = found["path"].str.replace(r"/[0-9a-f]{8}-[0-9a-f-]{27}", "/{uuid}", regex=True).str.replace(r"/\d+", "/{id}", regex=True)
        parts.append(pd.DataFrame({
            "time": pd.to_datetime(found["time"], format="%d/%b/%Y:%H:%M:%S %z"),
            "client": pd.util.hash_pandas_object(found["address"] + found["agent"], index=False),
            "template": path.str.replace(r"^/blog/.*", "/blog/{slug}", regex=True).astype("category"),
        }))
    frame = pd.concat(parts).sort_values(["client", "time"], kind="stable")
    first = (frame["client"] != frame["client"].shift()) | (frame["time"].diff() > IDLE)
    session = first.cumsum()
    following = frame["template"].astype(str).where(frame["template"].notna()).shift(-1).where(session == session.shift(-1), "exit")
    pd.crosstab(frame["template"].astype(str), following)
    frame.loc[first, "time"].dt.floor("min").value_counts()
    with open("/proc/self/status", encoding="ascii") as status:
        peak_kib = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1))
    print(json.dumps({"lines": lines, "sessions": int(first.sum()), "pageRequests": len(frame), "peakMiB": peak_kib / 1024}))


main()
