#!/usr/bin/python3
"""Checks a JSON file, or each line of a .jsonl file, against a JSON Schema.

usage: validate.py SCHEMA FILE

Prints one line per violation, FILE:LINE: PLACE: what is wrong; the exit code is 1 when there was
any. Of a report it also checks that the counts add up, of a list of records that each record number
appears once.
"""

import json
import sys

import jsonschema

SHOWN = 100  # violations; one broken key in a long file says nothing new after that
PARTS = ("downloaded", "kept", "duplicate", "skipped", "failed", "not_tried", "ok")


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def unique(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"key {key!r} appears twice")
    return dict(pairs)


def parse(data):
    """One value, as strictly as RFC 8259 allows: UTF-8, no NaN, no key twice."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)


def documents(path):
    """Yields (line number, bytes) of each document of the file."""
    with open(path, "rb") as file:
        if not path.endswith(".jsonl"):
            yield 1, file.read()
            return
        for number, line in enumerate(file, 1):
            yield number, line


def count_violations(report):
    counts = report.get("counts")
    if not isinstance(counts, dict) or not all(isinstance(counts.get(key), int) for key in PARTS):
        return
    parts = sum(counts[key] for key in PARTS)
    if parts != counts.get("total"):
        yield f"counts: {' + '.join(PARTS)} = {parts}, but total = {counts.get('total')}"
    failures = report.get("failures")
    if isinstance(failures, list):
        failed = sum(entry.get("count", 0) for entry in failures if isinstance(entry, dict))
        if failed != counts["failed"]:
            yield f"failures: the classes add up to {failed}, but failed = {counts['failed']}"


def schema_validator(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def violations(validator, found, are_lines):
    """Yields (line number, text) of what is wrong with such documents."""
    seen = {}
    for line, data in found:
        if are_lines and not data.endswith(b"\n"):
            yield line, "the line has no end"
        try:
            document = parse(data)
        except (ValueError, RecursionError) as error:
            yield line, str(error)
            continue
        for error in validator.iter_errors(document):
            place = ".".join(str(part) for part in error.absolute_path) or "document"
            yield line, f"{place}: {error.message[:300]}"
        if not isinstance(document, dict):
            continue
        if document.get("schema") == "haul.report/1":
            for text in count_violations(document):
                yield line, text
        if isinstance(document.get("i"), int) and document.get("schema") == "haul.result/1":
            first = seen.setdefault(document["i"], line)
            if first != line:
                yield line, f"i: record {document['i']} is on line {first} already"


def main(arguments):
    if len(arguments) != 3:
        print("usage: validate.py SCHEMA FILE", file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="backslashreplace")
    found = 0
    for line, text in violations(schema_validator(arguments[1]), documents(arguments[2]),
                                 arguments[2].endswith(".jsonl")):
        found += 1
        if found > SHOWN:
            print(f"{arguments[2]}: and more")
            break
        print(f"{arguments[2]}:{line}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
