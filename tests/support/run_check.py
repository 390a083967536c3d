#!/usr/bin/python3
"""Checks what a run left in its output directory: records, report and files tell the same.

usage: run_check.py SCHEMAS DIR

SCHEMAS is the folder of the JSON Schemas. Prints one line per contradiction; the exit code is 1 when
there was any. One process for all of it: integration tests ask this after each of their runs.
"""

import collections
import json
import os
import re
import sys

import validate

ENDS = 200  # a schema check takes a millisecond a line: of a long file, both ends
SHOWN = 3  # of one kind


def some(what, items):
    items = sorted(items)
    if items:
        yield f"{what}: {', '.join(repr(item) for item in items[:SHOWN])} ({len(items)} in all)"


def count_contradictions(records, report):
    counts = report["counts"]
    indices = [record["i"] for record in records]
    if not len(records) == len(set(indices)) == max(indices, default=0):
        yield (f"{len(records)} records, {len(set(indices))} distinct indices,"
               f" the highest {max(indices, default=0)}")
    if counts["total"] != len(records):
        yield f"the report counts {counts['total']} URLs, the records {len(records)}"
    if sum(counts.values()) - counts["total"] != len(records):
        yield f"the counts add up to {sum(counts.values()) - counts['total']}, not {len(records)}"
    by_status = collections.Counter(record["status"] for record in records)
    reported = {key: count for key, count in counts.items() if key != "total" and count != 0}
    if by_status != reported:
        yield f"records by status {dict(by_status)}, by the report {reported}"


def file_contradictions(records, root):
    """What is recorded as downloaded is there with its size; equal contents may share a file."""
    present = set()
    for folder, folders, names in os.walk(root):
        if ".haul" in folders:
            folders.remove(".haul")
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                present.add((os.lstat(path).st_size, os.path.relpath(path, root)))
    recorded = {(record["bytes"]["file"], record["path"]) for record in records
                if record["status"] == "downloaded"}
    yield from some("downloaded by the records but not there with that size", recorded - present)


def part_contradictions(records, root):
    """Only parts that can be continued are left, each with its description, none of a whole file."""
    folder = os.path.join(root, ".haul/tmp")
    left = os.listdir(folder) if os.path.isdir(folder) else []
    keys = collections.Counter(name.split(".")[0] for name in left)
    yield from some("left in .haul/tmp",
                    [name for name in left if not re.fullmatch(r"[0-9a-f]{32}\.(part|info)", name)])
    yield from some("parts without a description, or the reverse",
                    [key for key, number in keys.items() if number != 2])
    whole = {record["key"] for record in records if record["status"] in ("downloaded", "kept")}
    yield from some("parts of files that are complete", keys.keys() & whole)


def schema_violations(schemas, name, path, documents):
    validator = validate.schema_validator(f"{schemas}/{name}")
    for line, text in validate.violations(validator, documents, path.endswith(".jsonl")):
        yield f"{os.path.basename(path)}:{line}: {text}"


def contradictions(schemas, root):
    last = os.path.join(root, ".haul/last")
    report_path, records_path = f"{last}/report.json", f"{last}/results.jsonl"
    lines = list(validate.documents(records_path))
    yield from schema_violations(schemas, "haul.report-1.schema.json", report_path,
                                 validate.documents(report_path))
    yield from schema_violations(schemas, "haul.result-1.schema.json", records_path,
                                 lines[:ENDS] + lines[ENDS:][-ENDS:])
    with open(report_path, encoding="utf-8") as file:
        report = json.load(file)
    records = [json.loads(line) for _, line in lines]
    yield from count_contradictions(records, report)
    yield from some("record whose class does not fit its status",
                    [json.dumps(record) for record in records
                     if (record.get("class") is None) !=
                     (record["status"] not in ("failed", "skipped"))])
    with open(f"{last}/failed.tsv", "rb") as file:
        rows = len(file.readlines()[1:])
    # A retry leaves out what would fail again; only a file in the way is skipped otherwise.
    left_out = sum(record["status"] == "skipped" and record["class"] != "exists"
                   for record in records)
    if rows != report["counts"]["failed"] + left_out:
        yield (f"failed.tsv has {rows} rows, the report {report['counts']['failed']} failed, "
               f"{left_out} were left out")
    yield from file_contradictions(records, root)
    yield from part_contradictions(records, root)


def main(arguments):
    if len(arguments) != 3:
        print("usage: run_check.py SCHEMAS DIR", file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="backslashreplace")
    found = False
    try:
        for text in contradictions(arguments[1], arguments[2]):
            found = True
            print(text)
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = True
        print(f"unreadable: {error!r}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
