"""Headless Chromium by its debugging pipe, with nothing but Python's standard library.

    with Browser() as browser:
        view = browser.open(path, width=390)
        view["overflow"], view["errors"], view["requests"]

Debian's `chromium`, or what $CHROMIUM names.
"""
import base64
import collections
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

HEIGHT = 900
# What is looked at in a page once it is there: what sticks out of the window, and tables whose first number does.
LOOK = """(() => {
  const width = document.documentElement.clientWidth, wide = [], hidden = [];
  const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.classList.length ? '.' + [...e.classList].join('.') : '');
  const scrolls = e => { for (; e && e !== document.body; e = e.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)) return true; return false; };
  if (document.documentElement.scrollWidth > width)
    for (const e of document.body.querySelectorAll('*'))
      if (e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement)) wide.push(name(e));
  for (const table of document.querySelectorAll('table')) {
    const number = table.querySelector('tbody .number, td.number');
    if (number && table.getBoundingClientRect().width > 0 && number.getBoundingClientRect().right > width)
      hidden.push((table.caption || table.closest('figure') || table).textContent.trim().slice(0, 60));
  }
  return {scroll: document.documentElement.scrollWidth, width, wide: wide.slice(0, 5), hidden,
          title: document.title, height: document.documentElement.scrollHeight,
          tooltips: [...document.querySelectorAll('svg title')].map(e => e.textContent).filter(t => /gnuplot/i.test(t)).slice(0, 3)};
})()"""


def program():
    """The path of Chromium, or None."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, names) if path), None)


class Browser:
    """A headless Chromium with a profile of its own, which goes with it."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="ebit-chromium-", ignore_cleanup_errors=True)
        to_them, self.write_end = os.pipe()
        self.read_end, from_them = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4; JSON texts, each ended by a zero byte. Pipes may have
        # just these numbers here, so they are first moved out of the way.
        ends = f"exec 8<&{to_them} 9>&{from_them}; exec 3<&8 4>&9 8<&- 9>&-; exec \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", ends, "bash", program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--allow-file-access-from-files",
             f"--user-data-dir={self.profile.name}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_them, from_them), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_them)
        os.close(from_them)
        self.buffer, self.number, self.events = b"", 0, collections.deque()
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, RuntimeError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        self.profile.cleanup()

    def receive(self, seconds=60):
        """The next message; RuntimeError where none comes."""
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            if not select.select([self.read_end], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("Chromium does not answer")
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                raise RuntimeError("Chromium has ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        """What Chromium answers to a method of its protocol; events that come before are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def until(self, session, event):
        """Waits for an event; what comes before is kept."""
        while not any(e.get("sessionId") == session and e["method"] == event for e in self.events):
            self.events.append(self.receive())

    def open(self, page, width, picture=None, dark=False, script=None):
        """Opens a file (or a URL) in a window of so many CSS pixels and says what is wrong with it; `script` is run behind
        that and its value is given back, `picture` is a PNG file of the whole page."""
        url = page if "://" in str(page) else pathlib.Path(page).resolve().as_uri()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable", session)
        self.call("Emulation.setDeviceMetricsOverride", session, width=width, height=HEIGHT, deviceScaleFactor=1,
                  mobile=width < 600)
        if dark:
            self.call("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.events.clear()
        self.call("Page.navigate", session, url=url)
        self.until(session, "Page.loadEventFired")
        self.evaluate(session, "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        view = self.evaluate(session, LOOK)
        if script:
            view["script"] = self.evaluate(session, script)
        view["overflow"] = view["scroll"] > view["width"]
        view["errors"], view["requests"] = self.complaints(session)
        if picture:
            clip = {"x": 0, "y": 0, "width": width, "height": min(view["height"], 12000), "scale": 1}
            shot = self.call("Page.captureScreenshot", session, captureBeyondViewport=True, clip=clip)
            pathlib.Path(picture).write_bytes(base64.b64decode(shot["data"]))
        self.call("Target.closeTarget", targetId=target)
        return view

    def evaluate(self, session, expression):
        answer = self.call("Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def complaints(self, session):
        """Errors of the console, and what was asked of the network."""
        errors, requests = [], []
        for event in self.events:
            what, given = event.get("method"), event.get("params", {})
            if event.get("sessionId") != session:
                continue
            if what == "Runtime.exceptionThrown":
                errors.append(given["exceptionDetails"]["text"])
            elif what == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
                errors.append(" ".join(str(a.get("value", a.get("description", ""))) for a in given["args"]))
            elif what == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
                errors.append(f"{given['entry']['text']} {given['entry'].get('url', '')}".strip())
            elif what == "Network.requestWillBeSent":
                url = given["request"]["url"]
                if not url.startswith(("file:", "data:", "blob:", "about:")):
                    requests.append(url)
        return errors, requests
