"""One of several stores that knock at once: a process of its own, so that nothing but the receiver is measured.

Reads a JSON line {host, port, path, deliveries: [[headers, body], …]}, says "ready", waits for a line, sends one
delivery after the other, each over a new connection as WordPress does, and prints [[status, milliseconds], …].
"""

from __future__ import annotations

import http.client
import json
import sys
import time


def send(host: str, port: int, path: str, headers: dict[str, str], body: bytes) -> tuple[int, float]:
    """Send one delivery and return its status (0: no answer) and how long it took, connecting included."""
    began = time.perf_counter()
    line = http.client.HTTPConnection(host, port, timeout=30)
    try:
        line.request("POST", path, body, {**headers, "Connection": "close"})
        answer = line.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        line.close()
    return status, (time.perf_counter() - began) * 1000


def main() -> None:
    """Do as the first line says."""
    job = json.loads(sys.stdin.readline())
    deliveries = [(headers, body.encode()) for headers, body in job["deliveries"]]
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps([send(job["host"], job["port"], job["path"], *delivery) for delivery in deliveries]))


if __name__ == "__main__":
    main()
