"""A user of a hub as a browser is one: cookies, redirects, and the token that a form or a script sends."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from http.cookiejar import CookieJar
from typing import NamedTuple

SECONDS = 300


class Answer(NamedTuple):
    status: int
    text: str
    headers: Message

    @property
    def json(self):
        return json.loads(self.text)


class Visitor:
    """Logged in when made."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address, self.name = address, name
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self.get("/hub/login")
        form = {"username": name, "password": password, "_xsrf": self._token("/hub/")}
        self.login = self._ask("/hub/login?next=/hub/home", urllib.parse.urlencode(form).encode(), {})

    def get(self, path: str) -> Answer:
        return self._ask(path, None, self._scripts(path))

    def post(self, url: str, **values: str) -> Answer:
        """Send values as JupyterLab's scripts do: as a form, or with none an empty body."""
        kind = {} if values else {"Content-Type": "application/json"}
        return self._ask(url, urllib.parse.urlencode(values).encode(), self._scripts(url) | kind)

    def mine(self, path: str) -> str:
        return f"/user/{self.name}/{path}"

    def spawn(self) -> None:
        """Start the server, unless it runs, and wait until JupyterLab answers."""
        started = self.post(f"/hub/api/users/{self.name}/server")
        assert started.status in (201, 202) or "already running" in started.text, started
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            lab = self.get(self.mine("lab"))
            if lab.status == 200 and "jupyter-config-data" in lab.text:
                return
            time.sleep(1)
        raise TimeoutError(f"{lab.status} {lab.text[:500]}")

    def _scripts(self, path: str) -> dict[str, str]:
        """The headers of a page's own scripts."""
        return {"X-XSRFToken": self._token(path), "Referer": self.address + path}

    def _token(self, path: str) -> str:
        found = [cookie for cookie in self._cookies if cookie.name == "_xsrf" and path.startswith(cookie.path)]
        return max(found, key=lambda cookie: len(cookie.path)).value if found else ""

    def _ask(self, path: str, form: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(self.address + path, form, headers)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(errors="replace"), error.headers)
