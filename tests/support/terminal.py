"""Runs a program on a terminal of its own and keeps what it draws.

    terminal.py --size COLUMNSxROWS [--at SECONDS=COLUMNSxROWS|SECONDS=SIGNAL]...
                [--results FILE] --frames FILE -- COMMAND...

The program's output (stdout and stderr are both the terminal) goes to FILE as JSON lines: {"at":
seconds, "text": what came at once, "lines": how many lines --results had then}. Each write of the
program is one of them as long as it is read in time, which this program does. Exit code: the
program's, 128 + N for a signal.
"""
import argparse
import fcntl
import glob
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


def set_size(descriptor, size):
    columns, rows = (int(part) for part in size.split("x"))
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def count_lines(pattern):
    total = 0
    for path in glob.glob(pattern) if pattern else []:
        with open(path, "rb") as file:
            total += file.read().count(b"\n")
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--at", action="append", default=[])
    parser.add_argument("--results")
    parser.add_argument("--frames", required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    plan = sorted((float(when), what) for when, what in (at.split("=") for at in arguments.at))

    parent, child = pty.openpty()
    set_size(child, arguments.size)
    process = os.fork()
    if process == 0:
        os.setsid()
        fcntl.ioctl(child, termios.TIOCSCTTY, 0)
        for descriptor in range(3):
            os.dup2(child, descriptor)
        os.closerange(3, 100)
        os.execvp(arguments.command[0], arguments.command)
    os.close(child)

    start = time.monotonic()
    with open(arguments.frames, "w", encoding="utf-8") as frames:
        while True:
            left = plan[0][0] - (time.monotonic() - start) if plan else 0.2
            ready, _, _ = select.select([parent], [], [], max(0, min(left, 0.2)))
            if ready:
                try:
                    data = os.read(parent, 1 << 20)
                except OSError:
                    break  # the last writer is gone
                if not data:
                    break
                while select.select([parent], [], [], 0.01)[0]:
                    try:
                        data += os.read(parent, 1 << 20)  # a terminal gives a write bit by bit
                    except OSError:
                        break
                frames.write(json.dumps({
                    "at": round(time.monotonic() - start, 3),
                    "text": data.decode("utf-8", "replace"),
                    "lines": count_lines(arguments.results),
                }) + "\n")
            if plan and time.monotonic() - start >= plan[0][0]:
                _, what = plan.pop(0)
                if "x" in what:
                    set_size(parent, what)
                else:
                    os.kill(process, getattr(signal, what))
    _, status = os.waitpid(process, 0)
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
