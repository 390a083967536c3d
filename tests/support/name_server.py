#!/usr/bin/python3
"""A name server whose answers depend on the first part of the name that it is asked for:

    missing...  there is no such name
    again...    the server failed
    silent...   nothing at all
    slow...     the address, after 150 ms
    away...     only an IPv6 address that nobody has
    near...     the address 127.0.0.1 at once; so do all others

usage: name_server.py READY-FILE LOG

Listens on 127.0.0.1, UDP port 53. The log gets a line per question: MICROSECONDS TYPE NAME.
"""

import os
import socket
import sys
import threading
import time

TYPE_A, TYPE_AAAA = 1, 28
FAILED, NO_SUCH_NAME = 2, 3
ADDRESS = {TYPE_A: bytes([127, 0, 0, 1])}
AWAY = {TYPE_AAAA: bytes.fromhex("20010db8" + "00" * 11 + "01")}


def parse(query):
    """The name, the type and the end of the question (RFC 1035, 4.1.2)."""
    labels, place = [], 12
    while query[place]:
        labels.append(query[place + 1:place + 1 + query[place]].decode("ascii", "replace"))
        place += 1 + query[place]
    return ".".join(labels), int.from_bytes(query[place + 1:place + 3], "big"), place + 5


def reply(query, end, code, address):
    answers = b""
    if address:
        answers = (b"\xc0\x0c" + query[end - 4:end] + (300).to_bytes(4, "big") +
                   len(address).to_bytes(2, "big") + address)
    flags = 0x8180 | code
    counts = b"\0\1" + (1 if address else 0).to_bytes(2, "big") + bytes(4)
    return query[:2] + flags.to_bytes(2, "big") + counts + query[12:end] + answers


def serve(server, log, query, peer):
    name, kind, end = parse(query)
    log.write(f"{time.monotonic_ns() // 1000} {kind} {name}\n")
    log.flush()
    if name.startswith("silent"):
        return
    code = NO_SUCH_NAME if name.startswith("missing") else FAILED if name.startswith("again") else 0
    if name.startswith("slow"):
        time.sleep(0.15)
    addresses = {} if code else AWAY if name.startswith("away") else ADDRESS
    server.sendto(reply(query, end, code, addresses.get(kind)), peer)


def main(ready, log_path):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    with open(log_path, "w", encoding="utf-8") as log:
        with open(ready + ".new", "w", encoding="utf-8"):
            pass
        os.rename(ready + ".new", ready)
        end = time.monotonic() + 120
        server.settimeout(1)
        while time.monotonic() < end:
            try:
                query, peer = server.recvfrom(4096)
            except TimeoutError:
                continue
            threading.Thread(target=serve, args=(server, log, query, peer), daemon=True).start()


main(*sys.argv[1:])
