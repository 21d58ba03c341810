# A small client of chromedriver: just what report_test.py needs of WebDriver, on loopback only.
# SPDX-License-Identifier: BSL-1.0
import base64
import http.client
import json
import re
import shutil
import subprocess
import tempfile

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Right": "\ue014", "Left": "\ue012",
        "Up": "\ue013", "Down": "\ue015"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing():
    """The programs that are not here."""
    return [name for name in ("chromium", "chromedriver") if not shutil.which(name)]


class Browser:
    """A headless Chromium with a profile of its own, gone at the end of the `with`."""

    def __init__(self, width=1280, height=900):
        self.size = width, height
        self.session = None

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="ulpscope-browser-", ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        try:
            for line in self.driver.stdout:
                found = re.search(r"started successfully on port (\d+)", line)
                if found:
                    break
            else:
                raise RuntimeError("chromedriver ended at once")
            self.port = int(found.group(1))
            arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", "--disable-sync",
                         f"--user-data-dir={self.profile.name}", "--window-size=%d,%d" % self.size]
            options = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                       "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")}}
            created = self.call("POST", "/session", {"capabilities": {"alwaysMatch": options}})
            self.session = created["sessionId"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.session:
                self.call("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.profile.cleanup()

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{path}: {answer['error']}: {answer['message'].splitlines()[0]}")
        return answer

    def do(self, path, body=None):
        return self.call("POST", f"/session/{self.session}{path}", {} if body is None else body)

    def open(self, url):
        self.do("/url", {"url": url})

    def reload(self):
        self.do("/refresh")

    def url(self):
        return self.call("GET", f"/session/{self.session}/url")

    def run(self, script, *arguments):
        """What a function body returns: run("return 1 + arguments[0]", 2)."""
        return self.do("/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, css):
        return self.do("/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.do(f"/element/{self.find(css)}/click")

    def press(self, *keys):
        """Keys to what has the focus, one after the other."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.do("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def drag(self, css, start, end):
        """The mouse over an element, by shares of its width and height from its centre."""
        element = {ELEMENT: self.find(css)}
        box = self.run("const b = arguments[0].getBoundingClientRect(); return [b.width, b.height]", element)
        move = lambda at: {"type": "pointerMove", "origin": element, "duration": 50,
                           "x": round(at[0] * box[0]), "y": round(at[1] * box[1])}
        actions = [move(start), {"type": "pointerDown", "button": 0}, move(end), {"type": "pointerUp", "button": 0}]
        if start == end:
            actions = actions[:1]
        self.do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def devtools(self, command, **parameters):
        return self.do("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self):
        """What the console has had since the last time."""
        return self.do("/se/log", {"type": "browser"})

    def pdf(self):
        return base64.b64decode(self.do("/print", {"background": True}))

    def screenshot(self, path, whole=False):
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
