"""One code host's REST API over HTTP: repeated where that is safe, paged to the end, and silent about its token.

    client = Client("https://api.github.com", {"Authorization": "Bearer ..."}, secret="...")
    client.send("GET", "/repos/octo/net/pulls/7")["head"]["sha"]      "5f2c..."

A 5xx, a time-out or a rate limit is waited out, as long as the host asks for or twice as long each time.  The token
goes to the host's own origin only, and never into a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from analyzer.review.hosts.answers import HostError, Unclear, asked_to_wait, failure, is_rate_limit

ATTEMPTS = 5
LONGEST_WAIT = 300.0
"""Seconds; a host that asks for more is not waited for."""
RATE_LIMIT_WAIT = 60.0
"""Seconds, where a host names none: GitHub asks for a minute at least."""
TIMEOUT = 30.0
MOST_PAGES = 200
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 307, 308)


class Client:
    """Speaks to the API at `base`; `secret` is what no message may hold.

    Raises HostError, also for a token that cannot be a header's value.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        secret: str,
        *,
        timeout: float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not (secret.isascii() and secret.isprintable() and secret and " " not in secret):
            raise HostError("the token holds characters that no token has: was it copied whole, on one line?")
        self._base = base.rstrip("/")
        self._secret = secret
        self.sleep = sleep
        self._now = now
        try:
            self._origin = _origin(httpx.URL(self._base))
        except httpx.InvalidURL as error:
            raise HostError(f"not an address of an API: {base}") from error
        if self._origin[0] not in ("http", "https"):
            raise HostError(f"not an address of an API: {base}")
        self._http = httpx.Client(headers=dict(headers), timeout=timeout, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send(self, method: str, path: str, json: object = None, *, repeat: bool = True) -> Any:
        """The host's answer as JSON, None where it has no body.

        path: below the API's address, or a whole address of the same host.
        repeat: whether the request may be sent again where it is not known if it was carried out.
        Raises Denied, Missing, TooLong, Unclear, HostError.
        """
        return self._decoded(self._answered(method, self._address(path), json, repeat))

    def record(self, method: str, path: str, json: object = None, *, repeat: bool = True) -> dict[str, Any]:
        """The host's answer where that must be an object; raises as `send`."""
        found = self.send(method, path, json, repeat=repeat)
        if not isinstance(found, dict):
            raise HostError(f"{method} {path} at {self._host} gives no object: is this the API's address?")
        return found

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """The items of all pages of a list; follows `Link: <...>; rel="next"`, else X-Next-Page."""
        url: str | None = self._base + path
        for _ in range(MOST_PAGES):
            if url is None:
                return
            response = self._answered("GET", url, None, True)
            items = self._decoded(response)
            if not isinstance(items, list):
                raise HostError(f"{self._named(response)} gives no list: is this the API's address?")
            yield from (item for item in items if isinstance(item, dict))
            url = self._next(response, path)
        raise HostError(f"more than {MOST_PAGES} pages of comments")

    def _address(self, path: str) -> str:
        return self._base + path if path.startswith("/") else self._within(httpx.URL(self._base), path)

    def _next(self, response: httpx.Response, path: str) -> str | None:
        linked = response.links.get("next", {}).get("url")
        if linked:
            return self._within(response.url, linked)
        number = response.headers.get("x-next-page", "")
        return f"{self._base}{path}{'&' if '?' in path else '?'}page={number}" if number.isdecimal() else None

    def _within(self, there: httpx.URL, address: str) -> str:
        """An address as it is meant at another, where it is of this host; the token goes nowhere else."""
        try:
            url = there.join(address)
        except httpx.InvalidURL as error:
            raise HostError(f"{self._host} sends on to what is no address") from error
        if _origin(url) != self._origin:
            raise HostError(f"{self._base} sends on to another host, {url.host}: give that host's own address")
        return str(url)

    # ------------------------------------------------------------ one request, and how it ends

    def _answered(self, method: str, url: str, json: object, repeat: bool) -> httpx.Response:
        for attempt in range(ATTEMPTS):
            answer = self._tried(method, url, json)
            if isinstance(answer, httpx.Response) and answer.status_code < 400:
                return answer
            problem, wait = self._judged(answer, attempt)
            if wait is None or (isinstance(problem, Unclear) and not repeat):
                raise problem
            if attempt + 1 < ATTEMPTS:
                self.sleep(min(wait, LONGEST_WAIT))
        raise problem

    def _tried(self, method: str, url: str, json: object) -> httpx.Response | Unclear:
        """What comes of one request: an answer, or that there is none."""
        try:
            return self._followed(method, url, json)
        except httpx.TimeoutException:
            return Unclear(f"{self._host} did not answer in time")
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects) as error:
            raise HostError(self._said(f"cannot ask {self._host}: {error}")) from None
        except httpx.RequestError as error:
            return Unclear(self._said(f"{self._host} cannot be reached: {error}"))

    def _judged(self, answer: httpx.Response | Unclear, attempt: int) -> tuple[HostError, float | None]:
        """The error that an answer is, and after how many seconds to try again: None where that is of no use."""
        doubled = 2.0**attempt
        if isinstance(answer, Unclear):
            return answer, doubled
        problem = failure(answer, self._named(answer))
        problem = type(problem)(self._said(str(problem)))
        limited = is_rate_limit(answer)
        if not (limited or isinstance(problem, Unclear)):
            return problem, None
        asked = asked_to_wait(answer.headers, self._now())
        wait = asked if asked is not None else doubled * (RATE_LIMIT_WAIT if limited else 1.0)
        if limited and wait > LONGEST_WAIT:
            return HostError(f"{problem}; try again in {wait / 60:,.0f} minutes"), None
        return problem, wait

    def _followed(self, method: str, url: str, json: object) -> httpx.Response:
        for _ in range(MOST_REDIRECTS):
            response = self._http.request(method, url, json=json)
            if response.status_code not in REDIRECTS:
                return response
            url = self._within(response.url, response.headers.get("location", ""))
        raise httpx.TooManyRedirects(f"sent on more than {MOST_REDIRECTS} times")

    @property
    def _host(self) -> str:
        return self._origin[1]

    def _named(self, response: httpx.Response) -> str:
        return f"{response.request.method} {response.url.path} at {self._host}"

    def _decoded(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise HostError(f"{self._named(response)} is not JSON: is this the API's address?") from error

    def _said(self, text: str) -> str:
        return text.replace(self._secret, "***")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    usual = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, url.port or usual
