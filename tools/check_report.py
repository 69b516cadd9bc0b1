"""Uses a page of `densecam report` in Chromium as a reader does; called by scripts/check-report.

python3 tools/check_report.py CHROMIUM PAGE

Only the standard library: the browser is told what to do over a pipe, in the DevTools protocol.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time


class Browser:
    """A browser without a window that takes orders from file 3 and answers on file 4."""

    def __init__(self, program, profile):
        orders, self.orders = os.pipe()
        answers, told = os.pipe()

        def place():
            # Copies first, as the numbers may be those of the other.
            copies = os.dup(orders), os.dup(told)
            for copy, number in zip(copies, (3, 4)):
                os.dup2(copy, number)

        arguments = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        ]
        if os.geteuid() == 0:
            # Chromium refuses to run as root in its sandbox, and builds in containers do.
            arguments.append("--no-sandbox")
        self.process = subprocess.Popen(
            arguments, preexec_fn=place, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(orders)
        os.close(told)
        self.answers = os.fdopen(answers, "rb")
        self.session = None
        self.count = 0
        self.events = []

    def receive(self):
        message = bytearray()
        while (byte := self.answers.read(1)) != b"\0":
            if not byte:
                raise EOFError("the browser has ended")
            message += byte
        return json.loads(message)

    def call(self, method, **parameters):
        self.count += 1
        order = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.orders, json.dumps(order).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.count:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, address, width):
        """Opens a page and says whether its script came to its end."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call(
            "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page", "Network"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
            mobile=False)
        self.call("Page.navigate", url=address)
        for _ in range(200):
            if self.value("document.documentElement?.classList.contains('ready')"):
                return True
            time.sleep(0.05)
        return False

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def complaints(self, address):
        """What the browser has to say of the page, and what the page loads beside itself."""
        said = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params")
            if method in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled",
                          "Page.javascriptDialogOpening"):
                said.append(f"{method}: {json.dumps(parameters)[:400]}")
            if method == "Network.requestWillBeSent":
                loaded = parameters["request"]["url"]
                if loaded != address:
                    said.append(f"it loads {loaded[:200]}")
        return said


# In the page: what a reader sees of a table, and how one is used. Widgets are found by their labels.
HELPERS = """
const section = (n) => document.getElementById(`result-${n}`);
const layers = (n) => section(n).querySelector("table.layers");
const names = (n) => [...layers(n).querySelectorAll("tbody .name")].map((e) => e.textContent);
const rows = (n) => layers(n).querySelectorAll("tbody tr").length;
const header = (table, title) =>
  [...table.querySelectorAll("thead th")].find(
    (th) => th.querySelector("button")?.textContent === title);
// Rows but the first of a layer lack the cell of its name.
const column = (table, title) =>
  [...table.querySelectorAll("tbody tr")].map((tr) => {
    const missing = table.tHead.rows[0].cells.length - tr.cells.length;
    return tr.cells[header(table, title).cellIndex - missing].textContent;
  });
const control = (n, title) => {
  const label = [...section(n).querySelectorAll(".controls label")].find(
    (label) => label.textContent === title);
  return document.getElementById(label.htmlFor);
};
const set = (element, value) => {
  element.value = value;
  element.dispatchEvent(new Event(element.localName === "select" ? "change" : "input"));
};
const press = (n, title) =>
  [...section(n).querySelectorAll(".controls button")].find((b) => b.textContent === title).click();
"""

failures = []


def expect(condition, words):
    if not condition:
        failures.append(words)


def numbers(texts):
    return [float(text) for text in texts if text not in ("–", "∞")]


def use(browser):
    value = browser.value
    browser.call("Runtime.evaluate", expression=HELPERS)

    expect(value("document.querySelectorAll('.verdicts li').length") == 4, "four verdicts")
    expect(value("document.querySelector('h1').textContent") == "<img src=x onerror=alert(1)>",
           "the title is text")
    expect(value("document.querySelectorAll('img, b').length") == 0, "no name became an element")
    expect(value("names(4).includes('</script><img src=x onerror=alert(1)>')"),
           "the name of a layer is text")

    for n in (1, 2):
        all_names, all_rows = value(f"names({n})"), value(f"rows({n})")
        expect(len(all_names) > 5 and all_rows > len(all_names), f"result {n} has layers")

        # Headers sort: one way, the other, and back to the order of the network.
        title = "net ms" if n == 1 else "own"
        sort = f"header(layers({n}), '{title}').querySelector('button').click()"
        for direction in ("descending", "ascending"):
            value(sort)
            # Layers stand in the order of their first rows.
            first = value(
                f"[...layers({n}).tBodies].map((body) => body.rows[0].cells["
                f"header(layers({n}), '{title}').cellIndex].textContent)")
            there = numbers(first)
            expect(len(set(there)) > 3, f"result {n} has different numbers in {title}")
            expect(there == sorted(there, reverse=direction == "descending"),
                   f"result {n}: {title} is {direction}, not {first}")
            expect(value(f"header(layers({n}), '{title}').ariaSort") == direction,
                   f"result {n}: aria-sort says {direction}")
        value(sort)
        expect(value(f"names({n})") == all_names,
               f"result {n} goes back to the order of the network")
        expect(value(f"header(layers({n}), '{title}').ariaSort") is None,
               f"result {n}: aria-sort is gone")

        # Filters, one by one.
        value(f"set(control({n}, 'Find'), 'conv1')")
        found = value(f"names({n})")
        expect(0 < len(found) < len(all_names) and all("conv1" in name for name in found),
               f"result {n}: text finds {found}")
        press = f"press({n}, 'Reset')"
        value(press)
        expect(value(f"rows({n})") == all_rows, f"result {n}: reset shows all")
        value(f"set(control({n}, 'Verdict'), 'FELL_BACK')")
        shown = value(f"column(layers({n}), 'verdict')")
        expect(0 < len(shown) < all_rows and all("FELL_BACK" in text for text in shown),
               f"result {n}: the verdict filters, {shown}")
        if n == 1:
            expect(set(value("column(layers(1), 'net ms')")) == {"–"},
                   "what fell back has no speed of its own")
        value(press)
        kind = value(f"control({n}, 'Step').options[1].value")
        value(f"set(control({n}, 'Step'), {json.dumps(kind)})")
        expect(0 < value(f"rows({n})") < all_rows, f"result {n}: the step {kind} filters")
        value(press)
        value(f"section({n}).querySelector('.box input').click()")
        left = value(f"column(layers({n}), 'candidate')")
        expect(0 < len(left) < all_rows and not any(text.startswith("naive") for text in left),
               f"result {n}: a candidate can be hidden")
        value(press)

    # The roofline follows the filters, and its points can be reached.
    points = value("section(1).querySelectorAll('.point').length")
    expect(points > 5, "there are points")
    value("set(control(1, 'Verdict'), 'FELL_BACK')")
    expect(value("section(1).querySelectorAll('.point').length") == 0, "points follow the filters")
    value("press(1, 'Reset')")
    expect(value("section(1).querySelectorAll('.point[tabindex=\"0\"]').length") == 1,
           "one point is in the order of the tabulator key")
    expect(
        value("[...section(1).querySelectorAll('.point > title')].filter((t) => t.textContent).length")
        == points, "every point has a title")
    for scale in ("linear", "layer", "log"):
        value(f"set(control(1, 'Scale'), '{scale}')")
        drawn = value("layers(1).querySelectorAll('.bar, .dot').length")
        expect(drawn > points, f"the scale {scale} draws")

    # Tables that Swift has made sort, too.
    table = "section(1).querySelector('table.sortable')"
    value(f"header({table}, 'min ms').querySelector('button').click()")
    times = numbers(value(f"column({table}, 'min ms')"))
    expect(times == sorted(times, reverse=True) and len(times) == 3, f"candidates sort: {times}")

    # A command is shown whole, whether or not it could be copied.
    value("layers(2).querySelector('.copy').click()")
    expect((value("document.querySelector('.notice code').textContent") or "").startswith(
        "densecam verify "), "a command is shown")


def main():
    program, page = sys.argv[1:]
    address = pathlib.Path(page).resolve().as_uri()
    for width in (1400, 400):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            browser = Browser(program, profile)
            try:
                is_ready = browser.open(address, width)
                expect(is_ready, "the page's script does not come to its end")
                expect(browser.value("document.documentElement.scrollWidth <= innerWidth"),
                       f"the page is wider than {width} pixels")
                if is_ready and width == 1400:
                    use(browser)
                failures.extend(browser.complaints(address))
            finally:
                browser.process.terminate()
                browser.process.wait()
    for failure in failures:
        print(f"report.html: {failure}", file=sys.stderr)
    if failures:
        sys.exit(1)
    print("the page of results works in a browser")


main()
