"""The downloader that tutorials show: a thread pool and requests.

    pool.py LIST DIR THREADS

Writes each file to DIR under the last segment of its URL.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import requests


def download(url):
    response = requests.get(url)
    response.raise_for_status()
    with open(os.path.join(sys.argv[2], url.rsplit("/", 1)[1]), "wb") as file:
        file.write(response.content)


with open(sys.argv[1]) as lines:
    urls = lines.read().split()
with ThreadPoolExecutor(max_workers=int(sys.argv[3])) as pool:
    list(pool.map(download, urls))
