"""A code host on loopback that answers as GitHub's and GitLab's REST APIs document, and keeps what arrived.

    with CodeHost() as host:
        host.add("<!-- weighbridge:v1 {} -->", author=ME)
        host.fail("POST", 502, times=1)
        host.url, host.arrived, host.comments

Both APIs are served at once: /repos/octo/net/... and /graphql, /projects/octo%2Fnet/... and /user or /job.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

ME, STRANGER = 41_898_282, 666
TOKEN = "ghs_SeCrEtOfTheTests0123456789"
COLLECTION = re.compile(r"/repos/octo/net/issues/7/comments|/projects/octo%2Fnet/merge_requests/7/notes")
ITEM = re.compile(r"(?:/repos/octo/net/issues/comments|/projects/octo%2Fnet/merge_requests/7/notes)/(\d+)")
LIMIT = 65_536


@dataclass
class Answer:
    status: int
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    """Whether the request is carried out all the same."""
    forgets: int | None = None
    """The comment that is gone by then."""
    held: threading.Event | None = None
    """What an answer that never comes waits for."""


@dataclass(frozen=True)
class Arrived:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


class CodeHost:
    """See the module."""

    def __init__(self, *, page: int = 2, linked: bool = True, limit: int = LIMIT) -> None:
        self.page, self.linked, self.limit = page, linked, limit
        self.comments: dict[int, dict[str, Any]] = {}
        self.arrived: list[Arrived] = []
        self.answers: list[tuple[str, re.Pattern[str], Answer]] = []
        self.tip = "f" * 40
        self.next_id = 1
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, body: str, author: int = ME) -> int:
        number, self.next_id = self.next_id, self.next_id + 1
        login = "github-actions[bot]" if author == ME else "mallory"
        person = {"id": author, "login": login, "username": login}
        self.comments[number] = {
            "id": number, "body": body, "user": person, "author": person, "system": False,
            "html_url": f"https://host.example/pull/7#issuecomment-{number}",
        }  # fmt: skip
        return number

    def fail(
        self,
        method: str,
        status: int,
        document: object = None,
        *,
        times: int = 1,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        after: bool = False,
        forgets: int | None = None,
    ) -> None:
        """Answer the next requests of that method so."""
        for _ in range(times):
            answer = Answer(status, document or {"message": f"status {status}"}, headers or {}, after, forgets)
            self.answers.append((method, re.compile(path), answer))

    def hang(self, method: str, *, times: int = 1, after: bool = False) -> None:
        """Do not answer the next requests of that method before the host is closed."""
        for _ in range(times):
            self.answers.append((method, re.compile(""), Answer(200, after=after, held=self.over)))

    def count(self, method: str) -> int:
        """How many requests of that method arrived for comments, the question whose the token is left out."""
        return sum(one.method == method and one.path != "/graphql" for one in self.arrived)

    # ------------------------------------------------------------ what it answers

    def answer(self, request: Arrived) -> Answer:
        self.arrived.append(request)
        for at, (method, path, answer) in enumerate(self.answers):
            if method == request.method and path.search(request.path) and request.path not in ("/graphql", "/job"):
                del self.answers[at]
                if answer.forgets is not None:
                    self.comments.pop(answer.forgets, None)
                if answer.after:
                    self._served(request)
                return answer
        return self._served(request)

    def _served(self, request: Arrived) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}" and request.headers.get("job-token") != TOKEN:
            return Answer(401, {"message": "Bad credentials"})
        match request.method, request.path:
            case "POST", "/graphql":
                return Answer(200, {"data": {"viewer": {"login": "github-actions[bot]", "databaseId": ME}}})
            case "GET", "/user":
                return Answer(200, {"id": ME, "login": "github-actions[bot]"})
            case "GET", "/job":
                return Answer(200, {"id": 1, "user": {"id": ME}})
            case "GET", "/repos/octo/net/pulls/7" | "/projects/octo%2Fnet/merge_requests/7":
                return Answer(200, {"head": {"sha": self.tip}, "sha": self.tip})
        if COLLECTION.fullmatch(request.path):
            return self._listed(request) if request.method == "GET" else self._created(request)
        item = ITEM.fullmatch(request.path)
        if item is None or int(item[1]) not in self.comments:
            return Answer(404, {"message": "Not Found"})
        return self._changed(request, int(item[1]))

    def _listed(self, request: Arrived) -> Answer:
        number = int(parse_qs(request.query).get("page", ["1"])[0])
        start, end = (number - 1) * self.page, number * self.page
        found = list(self.comments.values())
        headers = {}
        if end < len(found) and self.linked:
            following = f"{self.url}{request.path}?per_page=100&page={number + 1}"
            headers["Link"] = f'<{following}>; rel="next", <{self.url}>; rel="last"'
        elif end < len(found):
            headers["X-Next-Page"] = str(number + 1)
        return Answer(200, found[start:end], headers)

    def _created(self, request: Arrived) -> Answer:
        if len(request.body["body"]) > self.limit:
            return self._too_long()
        return Answer(201, self.comments[self.add(request.body["body"])])

    def _changed(self, request: Arrived, number: int) -> Answer:
        if self.comments[number]["user"]["id"] != ME:
            return Answer(403, {"message": "Resource not accessible by integration"})
        if request.method == "DELETE":
            del self.comments[number]
            return Answer(204)
        if len(request.body["body"]) > self.limit:
            return self._too_long()
        self.comments[number]["body"] = request.body["body"]
        return Answer(200, self.comments[number])

    def _too_long(self) -> Answer:
        detail = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
        message = f"Body is too long (maximum is {self.limit} characters)"
        return Answer(422, {"message": "Validation Failed", "errors": [{**detail, "message": message}]})


def _handler(host: CodeHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def do(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sent = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = host.answer(Arrived(self.command, parts.path, parts.query, headers, sent))
            if answer.held is not None:
                answer.held.wait()
                self.close_connection = True
                return
            text = answer.document
            data = b"" if text is None else text.encode() if isinstance(text, str) else json.dumps(text).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
