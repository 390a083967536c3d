#!/usr/bin/env python3
"""Opens pages in Chromium and tells what is wrong with them, a line for each thing.

page_check.py {[--files DIR] [--title TITLE] [--images N] [--screenshots DIR] PAGE}...

Options are about the page behind them:
  --files DIR        the only place whose files may be loaded or linked, as pictures
  --title TITLE      what the document's title must be
  --images N         how many pictures there must be, all of which load
  --screenshots DIR  leave pictures of the page there, by width and colour scheme

Chromium is driven over two pipes (its DevTools protocol), so that no package is needed for that.
"""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

WIDTHS = (360, 1024, 1600)
SHOT_HEIGHT = 5000
LIMIT_S = 60 * int(os.environ.get("SLOW", "1"))
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)

# Everything that haul puts into a page. What is not here came from somewhere else.
TAGS = set("""html head meta style title body main header nav ul li a p h1 h2 h3 b bdi small span dl
    div dt dd section table caption thead tbody tr th td figure svg desc rect path text tspan g
    circle pre code br img details summary footer""".split())

FACTS = """(() => {
  const all = [...document.querySelectorAll('*')];
  return {
    title: document.title,
    lang: document.documentElement.lang,
    tags: [...new Set(all.map(e => e.localName))],
    handlers: all.flatMap(e => [...e.attributes]).filter(a => /^on|^style$|^srcdoc$/.test(a.name))
        .map(a => a.name),
    links: [...document.querySelectorAll('[href]')].map(e => e.getAttribute('href')),
    sources: [...document.querySelectorAll('[src]')].map(e => e.src),
    unnamed: [...document.images].filter(e => !e.alt).length,
    ids: all.map(e => e.id).filter(id => id),
    headless: [...document.querySelectorAll('th:not([scope])')].length,
    uncaptioned: [...document.querySelectorAll('table')].filter(t => !t.caption).length,
    headings: [...document.querySelectorAll('h1,h2,h3')].map(e => +e.localName[1]),
  };
})()"""

# Pictures are lazy: each is looked at once.
IMAGES = """(async () => {
  for (const image of document.images) {
    image.scrollIntoView();
    if (!image.complete)
      await new Promise(done => { image.onload = image.onerror = done; setTimeout(done, 5000); });
  }
  scrollTo(0, 0);
  return [...document.images].filter(i => i.naturalWidth > 0).length + '/' + document.images.length;
})()"""

# WCAG 2, 1.4.3: letters need a contrast of 4.5 to 1 to what is behind them, large ones of 3 to 1.
CONTRAST = """(() => {
  const parse = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = c => {
    const [r, g, b] = c.map(v => v / 255).map(v =>
        v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length == 3 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const worst = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
    if (/^(title|desc)$/.test(e.localName)) continue;
    const style = getComputedStyle(e);
    const own = parse(e.namespaceURI.includes('svg') ? style.fill : style.color).slice(0, 3);
    const a = light(own), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (ratio < (isLarge ? 3 : 4.5))
      worst.push(e.localName + ' "' + e.textContent.slice(0, 30) + '" ' + ratio.toFixed(2));
  }
  return worst.slice(0, 5);
})()"""

LAYOUT = """({
  page: document.scrollingElement.scrollWidth,
  window: innerWidth,
  back: getComputedStyle(document.body).backgroundColor,
  beyond: [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') &&
      e.localName != 'caption' && e.getBoundingClientRect().right > innerWidth + 1)
      .map(e => e.localName + '.' + e.getAttribute('class')).slice(0, 5),
})"""


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()

        def place():
            # Chromium reads from 3 and writes to 4. Either may be in the other's way.
            first = os.dup(to_read)
            second = os.dup(from_write)
            while first in (3, 4):
                first = os.dup(first)
            while second in (3, 4):
                second = os.dup(second)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["chromium", *OPTIONS, "--user-data-dir=" + self.profile, "about:blank"],
            preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)
        os.close(to_read)
        os.close(from_write)
        self.input, self.output = to_write, from_read
        self.buffer, self.number, self.events = b"", 0, []
        self.session = None

    def read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise SystemExit("chromium does not answer")
            some = os.read(self.output, 1 << 20)
            if not some:
                self.log.seek(0)
                raise SystemExit("chromium has ended: " + self.log.read().decode("utf-8", "replace"))
            self.buffer += some
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.input, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + LIMIT_S
        while True:
            answer = self.read(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise SystemExit("%s: %s" % (method, answer["error"]))
            else:
                return answer["result"]

    def wait_for(self, method):
        deadline = time.monotonic() + LIMIT_S
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.read(deadline))

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit("in the page: %s" % result["exceptionDetails"])
        return result["result"]["value"]

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def close(self):
        os.close(self.input)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def check_content(facts, files, title, problems):
    strange = set(facts["tags"]) - TAGS
    if strange:
        problems.append("elements that haul did not make: %s" % sorted(strange))
    if facts["handlers"]:
        problems.append("attributes that haul did not make: %s" % facts["handlers"])
    if title is not None and facts["title"] != title:
        problems.append("the title is %r, not %r" % (facts["title"], title))
    if facts["lang"] != "en":
        problems.append("the language is %r" % facts["lang"])
    for link in facts["links"]:
        if not link.startswith("#") and not (files and is_below(link, files)):
            problems.append("a link leads to %s" % link)
        if link.startswith("#") and link[1:] not in facts["ids"]:
            problems.append("the link %s leads nowhere" % link)
    if len(set(facts["ids"])) != len(facts["ids"]):
        problems.append("an id is there twice")
    for name in ("unnamed", "headless", "uncaptioned"):
        if facts[name]:
            problems.append("%s: %s" % (name, facts[name]))
    levels = facts["headings"]
    if levels[:1] != [1] or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        problems.append("levels of headings: %s" % levels)


def is_below(link, files):
    """A file below the directory, by a relative way or in full."""
    place = pathlib.PurePosixPath(files).as_uri() + "/"
    return link.startswith(place) or (link.startswith("./") and ":" not in link)


def check_traffic(events, url, files, problems):
    for event in events:
        method, parameters = event.get("method"), event.get("params", {})
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            problems.append("console: %s" % json.dumps(parameters)[:300])
        if method in ("Page.javascriptDialogOpening", "Page.frameAttached", "Page.windowOpen"):
            problems.append("%s happened" % method)
        if method == "Network.requestWillBeSent":
            asked = parameters["request"]["url"]
            place = pathlib.PurePosixPath(files).as_uri() + "/" if files else None
            if asked != url and not (place and asked.startswith(place)):
                problems.append("a request for %s" % asked)


def check_looks(browser, screenshots, problems):
    backs = set()
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])
        for width in WIDTHS:
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                         deviceScaleFactor=1, mobile=False)
            layout = browser.value(LAYOUT)
            if layout["window"] != width or layout["page"] > width or layout["beyond"]:
                problems.append("%s at %d: %s" % (scheme, width, layout))
            backs.add((scheme, layout["back"]))
            if screenshots:
                part = {"x": 0, "y": 0, "width": width, "height": SHOT_HEIGHT, "scale": 1}
                shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=part)
                name = "%s-%d.png" % (scheme, width)
                pathlib.Path(screenshots, name).write_bytes(base64.b64decode(shot["data"]))
        problems += ["%s: contrast of %s" % (scheme, low) for low in browser.value(CONTRAST)]
    if len(backs) != 2 or len({back for _, back in backs}) != 2:
        problems.append("light and dark do not differ: %s" % sorted(backs))


def check_page(browser, options, page):
    url = pathlib.Path(os.path.abspath(page)).as_uri()
    files = options.get("files")
    problems = []
    browser.open(url)
    check_content(browser.value(FACTS), files, options.get("title"), problems)
    images = browser.value(IMAGES)
    if images != "{0}/{0}".format(options.get("images", "0")):
        problems.append("pictures that load: %s, not %s" % (images, options.get("images", "0")))
    check_looks(browser, options.get("screenshots"), problems)
    check_traffic(browser.events, url, files, problems)
    return ["%s: %s" % (page, problem) for problem in problems]


def main():
    problems, options, words = [], {}, sys.argv[1:]
    browser = Browser()
    try:
        while words:
            word = words.pop(0)
            if word in ("--files", "--title", "--images", "--screenshots"):
                options[word[2:]] = words.pop(0)
            else:
                problems += check_page(browser, options, word)
                options = {}
    finally:
        browser.close()
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


main()
