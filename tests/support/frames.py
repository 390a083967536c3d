"""Compares what a run drew (terminal.py) with what it recorded.

    frames.py FRAMES RESULTS [REPORT]

Of each frame and each status line: with N URLs done, the first N records are exactly the counts it
shows, and all of them had been written when it was drawn. The last frame's counts are within those
of the report. Prints how many frames were compared; exit 1 and the reason for the first that is
wrong.
"""
import json
import re
import sys

BAR = re.compile(r"^ (?:\[[^\]]*\] +)?([\d,]+)(?: / ([\d,]+) +(\d+)%| done, list still open)")
ONE_LINE = re.compile(r"^([\d,]+)(?:/([\d,]+) (\d+)%| done, list open)")
STATUS_LINE = re.compile(r"^\S+Z haul: (\d+)(?:/(\d+) (\d+)%| done, list still open,)(.*)$")
NAMES = ("downloaded", "kept", "duplicate", "skipped", "failed", "not_tried", "ok")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def number(text):
    return int(text.replace(",", ""))


def counts_in(line):
    found = {}
    for name in NAMES:
        match = re.search(rf"(?:^|\s){name} ([\d,]+)", line)
        if match:
            found[name] = number(match.group(1))
    return found


def observations(text):
    """(done, total, percent, counts) of each frame or status line in a piece of output."""
    lines = [line.rstrip("\r") for line in ESCAPE.sub("", text).replace("\r", "\n").split("\n")]
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        match = BAR.match(line)
        status = STATUS_LINE.match(line)
        one = ONE_LINE.match(line)
        if match and "url/s" in "".join(lines[i + 1:i + 3]):
            rest = following if "url/s" in following else lines[i + 2]
            yield match.groups(), counts_in(rest)
        elif status:
            yield status.groups()[:3], counts_in(status.group(4))
        elif one and "failed" in line:
            yield one.groups(), counts_in(line)


def fail(reason):
    print(reason)
    sys.exit(1)


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        statuses = [json.loads(line)["status"] for line in file]
    compared = 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for event in map(json.loads, file):
            for (done, total, percent), shown in observations(event["text"]):
                done = number(done)
                if done > event["lines"]:
                    fail(f"{done} done are shown, and {event['lines']} records were there")
                first = statuses[:done]
                for name, count in shown.items():
                    if first.count(name) != count:
                        fail(f"of {done} records {first.count(name)} are {name}, shown: {count}")
                if "failed" not in shown:
                    fail(f"no failures in a frame: {event['text']!r}")
                if total and number(total) and int(percent) != done * 100 // number(total):
                    fail(f"{done} of {total} are not {percent}%")
                compared += 1
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            counts = json.load(file)["counts"]
        for name in NAMES:
            if counts[name] != statuses.count(name):
                fail(f"{counts[name]} {name} in the report, {statuses.count(name)} records")
    print(compared)


main()
