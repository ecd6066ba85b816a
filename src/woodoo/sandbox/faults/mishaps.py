"""Which mishaps there are.

| class              | what happens to the call                                                             |
|--------------------|--------------------------------------------------------------------------------------|
| kill, not noted    | the worker is killed before it has written down that it asks                         |
| kill, not sent     | … has written it down, and has not sent it                                           |
| kill, at it        | … has sent it, and the other side is at it                                           |
| kill, done         | … the other side has done it, the answer is on its way                               |
| kill, answered     | … the answer has arrived, and is not written down                                    |
| kill, not reported | … everything is done, and what came of the batch is not written down                 |
| refuse             | nobody listens                                                                       |
| reset, unsent      | the connection breaks before the request has arrived                                 |
| request cut        | … with half of the request                                                           |
| reset, done        | … after the other side has done it                                                   |
| stall              | the other side has done it, and nothing comes back until the worker gives up          |
| cut: status, headers, no body, body | the answer ends in the first line, in the headers, behind them, in the body |
| 502, unsent        | a proxy gives up before the request has arrived                                      |
| 502, done          | … after the other side has done it                                                   |
| 429                | turned away, to come again after a second (`Retry-After`)                            |
| slow               | the answer comes in small pieces                                                     |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .line import Exchange, pause

#: Pieces a slow answer comes in, and the seconds between two.
_PIECES, _BETWEEN = 8, 0.05
_BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\nConnection: close\r\n\r\n"
    b"<h1>502 Bad Gateway</h1>"
)
_TOO_MANY = (
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n"
    b"Connection: close\r\n\r\nnot now."
)


@dataclass(frozen=True)
class Class:
    """A class of mishaps."""

    name: str
    #: What happens on the line; None where the worker does it to itself, or the line as a whole refuses.
    on_line: Callable[[Exchange], None] | None = None
    #: At which moment the worker kills itself: a key of `worker.MOMENTS`.
    moment: str = ""

    @property
    def kills(self) -> bool:
        """Whether the worker does not survive it."""
        return self.name.startswith("kill")

    @property
    def needs_patience(self) -> bool:
        """Whether it lasts until the worker gives up waiting."""
        return self.name == "stall"


def _kill_at_it(exchange: Exchange) -> None:
    rest = exchange.send_on()
    exchange.kill()
    rest()


def _kill_done(exchange: Exchange) -> None:
    exchange.ask()
    exchange.kill()


def _reset_unsent(exchange: Exchange) -> None:
    exchange.reset()


def _request_cut(exchange: Exchange) -> None:
    exchange.ask_for_half()
    exchange.reset()


def _reset_done(exchange: Exchange) -> None:
    exchange.ask()
    exchange.reset()


def _stall(exchange: Exchange) -> None:
    exchange.ask()
    exchange.hang()


def _cut(where: Callable[[bytes], int]) -> Callable[[Exchange], None]:
    def happen(exchange: Exchange) -> None:
        answer = exchange.ask()
        exchange.tell(answer[: where(answer)])

    return happen


def _headers_end(answer: bytes) -> int:
    return answer.index(b"\r\n\r\n") + 4


def _in_headers(answer: bytes) -> int:
    return (answer.index(b"\r\n") + _headers_end(answer)) // 2


def _in_body(answer: bytes) -> int:
    return (_headers_end(answer) + len(answer)) // 2


def _bad_gateway_done(exchange: Exchange) -> None:
    exchange.ask()
    exchange.tell(_BAD_GATEWAY)


def _slow(exchange: Exchange) -> None:
    answer = exchange.ask()
    size = max(1, len(answer) // _PIECES)
    for start in range(0, len(answer), size):
        exchange.tell(answer[start : start + size])
        pause(_BETWEEN)


REFUSE = "refuse"
CLASSES: Mapping[str, Class] = {
    one.name: one
    for one in (
        Class("kill, not noted", moment="begin"),
        Class("kill, not sent", moment="begun"),
        Class("kill, at it", _kill_at_it),
        Class("kill, done", _kill_done),
        Class("kill, answered", moment="end"),
        Class("kill, not reported", moment="report"),
        Class(REFUSE),
        Class("reset, unsent", _reset_unsent),
        Class("request cut", _request_cut),
        Class("reset, done", _reset_done),
        Class("stall", _stall),
        Class("cut: status", _cut(lambda answer: 9)),
        Class("cut: headers", _cut(_in_headers)),
        Class("cut: no body", _cut(_headers_end)),
        Class("cut: body", _cut(_in_body)),
        Class("502, unsent", lambda exchange: exchange.tell(_BAD_GATEWAY)),
        Class("502, done", _bad_gateway_done),
        Class("429", lambda exchange: exchange.tell(_TOO_MANY)),
        Class("slow", _slow),
    )
}
