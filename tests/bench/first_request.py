"""From the start of a program to the first bytes that it sends.

    first_request.py FILE LABEL PORT SECONDS COMMAND ARGUMENT...

Listens on PORT of 127.0.0.1, starts the command, and kills it when a request has come or SECONDS
are over (status 124). Appends the line that measure appends: LABEL WALL_US CPU_US RSS_KIB STATUS.
"""
import os
import selectors
import signal
import socket
import sys
import time

results, label, port, seconds = sys.argv[1:5]
command = sys.argv[5:]


def wait_for_bytes(listener, end):
    """True when a visitor has sent something before the time END."""
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while time.monotonic() < end:
            for key, _ in selector.select(end - time.monotonic()):
                if key.fileobj is listener:
                    selector.register(listener.accept()[0], selectors.EVENT_READ)
                elif key.fileobj.recv(1):
                    return True
                else:
                    selector.unregister(key.fileobj)
    return False


with socket.create_server(("127.0.0.1", int(port)), backlog=1024) as listener:
    start = time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    came = wait_for_bytes(listener, start + float(seconds))
    wall = time.monotonic() - start
    os.kill(child, signal.SIGKILL)
    _, _, usage = os.wait4(child, 0)
cpu = usage.ru_utime + usage.ru_stime
with open(results, "a") as out:
    print(label, int(wall * 1e6), int(cpu * 1e6), usage.ru_maxrss, 0 if came else 124, file=out)
