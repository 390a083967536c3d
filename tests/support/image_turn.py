"""Turns an image: gives the only item of an AVIF file more properties.

    image_turn.py FROM TO TYPE=VALUE...     TYPE is irot or imir, VALUE its only byte

For files as heif-enc writes them: one item and one extent in iloc, ipma of version 0.
"""
import struct
import sys


def boxes(data, start, end):
    while start < end:
        (length,) = struct.unpack_from(">I", data, start)
        yield data[start + 4 : start + 8], start, start + length
        start += length


def find(data, *path):
    start, end = 0, len(data)
    for name in path:
        start, end = next(box[1:] for box in boxes(data, start, end) if box[0] == name)
        found = start, end
        start += 12 if name == b"meta" else 8
    return found


def grow(data, at, by):
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + by)


def turn(data, changes):
    meta, _ = find(data, b"meta")
    iprp, _ = find(data, b"meta", b"iprp")
    ipco, ipco_end = find(data, b"meta", b"iprp", b"ipco")
    ipma, ipma_end = find(data, b"meta", b"iprp", b"ipma")
    iloc, iloc_end = find(data, b"meta", b"iloc")
    version, sizes, count = struct.unpack_from(">B3xHH", data, iloc + 8)
    # No base offset but that of the item, so that it can be moved by one number.
    assert version == 0 and sizes == 0x4440 and count == 1 and iloc_end == iloc + 34
    assert data[ipma + 8] == 0 and data[ipma + 11] == 0 and ipma_end > ipco_end
    first = len(list(boxes(data, ipco + 8, ipco_end))) + 1
    added = b"".join(struct.pack(">I4sB", 9, name, value) for name, value in changes)
    indices = bytes(0x80 | first + i for i in range(len(changes)))
    for at in (meta, iprp, iloc + 20):
        grow(data, at, len(added) + len(indices))
    grow(data, ipco, len(added))
    grow(data, ipma, len(indices))
    data[ipma + 18] += len(indices)
    data[ipma_end:ipma_end] = indices
    data[ipco_end:ipco_end] = added
    return data


def main():
    pairs = [argument.split("=") for argument in sys.argv[3:]]
    with open(sys.argv[1], "rb") as source:
        data = bytearray(source.read())
    with open(sys.argv[2], "wb") as target:
        target.write(turn(data, [(name.encode(), int(value)) for name, value in pairs]))


main()
