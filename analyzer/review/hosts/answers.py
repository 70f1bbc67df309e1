"""What a host's answers mean: whether one is a failure and of which kind, and how long it asks to wait.

failure(response, "POST /repos/octo/net/issues/7/comments at api.github.com")      Denied("POST ...: 403 ...")
asked_to_wait({"retry-after": "30"}, now)                                          30.0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx


class HostError(Exception):
    """What was asked of a host cannot be done; the message says why, and what to do."""


class Denied(HostError):
    """The token may not do this."""


class Unaccepted(HostError):
    """The token is not one that the host knows."""


class Missing(HostError):
    """There is no such thing, or the token may not see it."""


class TooLong(HostError):
    """The comment is longer than the host takes."""


class Unclear(HostError):
    """The host did not say whether it did what it was asked to."""


def failure(response: httpx.Response, named: str) -> HostError:
    """The error that an answer with a status of 400 or more is, with the host's own words."""
    status, said = response.status_code, message_of(response)
    text = f"{named}: {status} {said}".rstrip()
    if is_rate_limit(response):
        return HostError(text)
    if status == 401:
        return Unaccepted(f"{text}; the token is not accepted")
    if status == 403:
        return Denied(text)
    if status in (404, 410):
        return Missing(text)
    if status == 413 or (status in (400, 422) and "too long" in said.lower()):
        return TooLong(text)
    return Unclear(text) if status >= 500 or status == 408 else HostError(text)


def number_of(found: Mapping[str, Any]) -> int:
    """The id of what a host has; raises HostError where it gives none."""
    number = found.get("id")
    if not isinstance(number, int):
        raise HostError("the host's answer has no id: is this the API's address?")
    return number


def table_of(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within an answer, empty where there is none."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def is_rate_limit(response: httpx.Response) -> bool:
    """Whether an answer asks for patience: 429, or GitHub's 403 on either of its limits."""
    if response.status_code == 429:
        return True
    return response.status_code == 403 and (
        "retry-after" in response.headers
        or response.headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in message_of(response).lower()
    )


def asked_to_wait(headers: httpx.Headers, now: float) -> float | None:
    """Seconds that an answer asks for, by Retry-After or the time at which a limit is lifted; None without either."""
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    if after:
        try:
            return max(parsedate_to_datetime(after).timestamp() - now, 0.0)
        except ValueError:
            return None
    spent = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
    reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", ""))
    return max(float(reset) - now, 0.0) + 1.0 if spent and reset.isdecimal() else None


def message_of(response: httpx.Response) -> str:
    """What the host says of a failure, on one line, its details included."""
    try:
        found = response.json()
    except ValueError:
        return response.reason_phrase
    if not isinstance(found, dict):
        return response.reason_phrase
    parts = [found.get("message"), found.get("error"), *_details(found.get("errors"))]
    text = "; ".join(part if isinstance(part, str) else repr(part) for part in parts if part)
    return " ".join(text.split())[:500]


def _details(errors: object) -> Iterator[object]:
    if isinstance(errors, list):
        for error in errors:
            yield error.get("message") if isinstance(error, dict) else error
