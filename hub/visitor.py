"""A user of a hub as a browser is one: cookies, redirects, the token that a form or a script sends, and kernels."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any, NamedTuple

from websocket import WebSocket, create_connection

SECONDS = 300
"""How long an answer may take, and a server to start."""
JSON = {"Content-Type": "application/json"}


class Answer(NamedTuple):
    """What a hub or a server answered."""

    status: int
    text: str
    headers: Message

    @property
    def json(self) -> Any:
        """The text, read as JSON."""
        return json.loads(self.text)


class Visitor:
    """Logged in when made; ``login`` is the answer to that."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address, self.name = address, name
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self.get("/hub/login")
        form = {"username": name, "password": password, "_xsrf": self._token("/hub/")}
        self.login = self._ask("/hub/login?next=/hub/home", urllib.parse.urlencode(form).encode(), {})

    def get(self, path: str) -> Answer:
        """Ask for a page as a script of the page would."""
        return self._ask(path, None, self._scripts(path))

    def post(self, url: str, **values: str) -> Answer:
        """Send values as JupyterLab's scripts do: as a form, or with none an empty body."""
        kind = {} if values else JSON
        return self._ask(url, urllib.parse.urlencode(values).encode(), self._scripts(url) | kind)

    def put(self, path: str, value: object) -> Answer:
        """Send a value as JSON, such as a notebook to save."""
        return self._ask(path, json.dumps(value).encode(), self._scripts(path) | JSON, "PUT")

    def mine(self, path: str) -> str:
        """The path of something on this user's server."""
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

    @contextmanager
    def kernel(self, path: str = "") -> Iterator["Kernel"]:
        """A new kernel of this user's server in a folder, while the block runs."""
        kernels = self.mine("api/kernels")
        wanted = json.dumps({"name": "python3", "path": path}).encode()
        made = self._ask(kernels, wanted, self._scripts(kernels) | JSON)
        if made.status != 201:
            raise ConnectionError(f"no kernel: {made.status} {made.text[:500]}")
        own = f"{kernels}/{made.json['id']}"
        try:
            with self.connected(made.json["id"]) as kernel:
                yield kernel
        finally:
            self._ask(own, None, self._scripts(own), "DELETE")

    @contextmanager
    def connected(self, kernel: str) -> Iterator["Kernel"]:
        """A kernel that runs, by its id."""
        path = self.mine(f"api/kernels/{kernel}/channels")
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._cookies if path.startswith(each.path))
        address = f"{self.address.replace('http', 'ws', 1)}{path}?_xsrf={self._token(path)}"
        with closing(create_connection(address, SECONDS, cookie=cookies, origin=self.address)) as socket:
            yield Kernel(kernel, socket)

    def _scripts(self, path: str) -> dict[str, str]:
        """The headers of a page's own scripts."""
        return {"X-XSRFToken": self._token(path), "Referer": self.address + path}

    def _token(self, path: str) -> str:
        found = [cookie for cookie in self._cookies if cookie.name == "_xsrf" and path.startswith(cookie.path)]
        return max(found, key=lambda cookie: len(cookie.path)).value or "" if found else ""

    def _ask(self, path: str, form: bytes | None, headers: dict[str, str], method: str | None = None) -> Answer:
        request = urllib.request.Request(self.address + path, form, headers, method=method)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(errors="replace"), error.headers)


class Kernel:
    """A kernel that is spoken with over its websocket."""

    def __init__(self, id: str, socket: WebSocket) -> None:
        self.id, self._socket = id, socket

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run code and return its outputs, as a notebook keeps them. Raises ConnectionError if the kernel dies."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": number, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self._socket.send(json.dumps(message))
        outputs: list[dict[str, Any]] = []
        ended: set[str] = set()
        while ended != {"execute_reply", "idle"}:
            answer = json.loads(self._socket.recv())
            kind, said = answer["msg_type"], answer["content"]
            if kind == "status" and said["execution_state"] in ("restarting", "dead"):
                raise ConnectionError("the kernel died")
            if answer["parent_header"].get("msg_id") != number:
                continue
            if kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append({"output_type": kind, **said})
            ended |= {kind, said.get("execution_state")} & {"execute_reply", "idle"}
        return outputs
