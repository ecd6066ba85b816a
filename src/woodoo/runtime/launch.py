"""Child processes that end when their parent does, even when the parent is killed.

Decides the order in which a child gives up its rights: root folder, group, user, then the wish to be
signalled when the parent dies (the kernel forgets that wish whenever the user changes), then the program.
The file runs itself as a script in a fresh interpreter, so nothing happens between fork and exec in a process
that may hold threads and locks.

Source: prctl(2) `PR_SET_PDEATHSIG`. The kernel sends it when the *thread* that started the child ends; the
caller therefore starts children from a thread that lives as long as they do (`Child`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_GONE = 125

# linux/sched.h and linux/mount.h
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000


@dataclass(frozen=True)
class Launch:
    """What to start, as whom, and where."""

    argv: Sequence[str]
    #: The whole environment of the program; nothing is inherited.
    env: Mapping[str, str]
    #: User and group to change to; None keeps the caller's.
    uid: int | None = None
    gid: int | None = None
    #: New root folder, entered before the rights are given up.
    chroot: Path | None = None
    #: Give the program a view of the mounts of its own, with /proc and /dev in the new root. The view ends
    #: with the program, so nothing stays mounted whatever happens.
    private_mounts: bool = False
    #: Working folder, seen from the new root.
    cwd: str = "/"
    #: What the program gets when its parent ends.
    signal: int = signal.SIGINT

    def command(self) -> list[str]:
        """Return the command line that runs `argv` through this file."""
        options = [f"--parent={os.getpid()}", f"--signal={int(self.signal)}", f"--cwd={self.cwd}"]
        if self.chroot is not None:
            options.append(f"--chroot={self.chroot}")
        if self.private_mounts:
            options.append("--private-mounts=1")
        if self.gid is not None:
            options.append(f"--gid={self.gid}")
        if self.uid is not None:
            options.append(f"--uid={self.uid}")
        return [sys.executable, "-I", "-S", __file__, *options, "--", *self.argv]

    def run(self, *, timeout: float | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run to the end and return the exit code with everything it said (stderr within stdout)."""
        return subprocess.run(  # noqa: S603
            self.command(),
            env=dict(self.env),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def run_into(self, log: IO[bytes], *, stdin: str = "") -> int:
        """Run to the end with the output going to an open file, and return the exit code."""
        return subprocess.run(  # noqa: S603
            self.command(),
            env=dict(self.env),
            input=stdin.encode(),
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


@dataclass
class Child:
    """A running program, watched by a thread of its own."""

    launch: Launch
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _failure: OSError | None = field(default=None, init=False)
    _started: threading.Event = field(default_factory=threading.Event, init=False)
    #: Set once the program has ended.
    ended: threading.Event = field(default_factory=threading.Event, init=False)

    @classmethod
    def start(cls, launch: Launch, log: IO[bytes]) -> Child:
        """Start the program with its output going to `log`.

        Raises:
            OSError: the interpreter could not be started.
        """
        child = cls(launch)
        keeper = threading.Thread(target=child._keep, args=(log,), name="woodoo-child", daemon=True)
        keeper.start()
        child._started.wait()
        if child._failure is not None:
            raise child._failure
        return child

    def _keep(self, log: IO[bytes]) -> None:
        """Start the program and stay until it ends, so that the kernel does not take us for dead."""
        try:
            self._process = subprocess.Popen(  # noqa: S603
                self.launch.command(),
                env=dict(self.launch.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal reaches us first; we stop the child in order
            )
        except OSError as exc:
            self._failure = exc
            return
        finally:
            self._started.set()
        self._process.wait()
        self.ended.set()

    @property
    def pid(self) -> int:
        """The process id; the program keeps the launcher's."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the program has not ended yet."""
        return not self.ended.is_set()

    @property
    def returncode(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.returncode if self._process is not None and not self.running else None

    def stop(self, *steps: tuple[int, float]) -> None:
        """Send each signal in turn, waiting its number of seconds, until the program has ended; then SIGKILL."""
        for number, seconds in (*steps, (signal.SIGKILL, 10.0)):
            if not self.running:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            self.ended.wait(seconds)


def _become(arguments: Sequence[str]) -> None:
    """Give up rights as the options say and turn into the program."""
    split = arguments.index("--")
    options = dict(option.removeprefix("--").split("=", 1) for option in arguments[:split])
    argv = list(arguments[split + 1 :])
    libc = ctypes.CDLL(None, use_errno=True)  # before chroot: the C library may not be found afterwards
    chroot = options.get("chroot")
    if options.get("private-mounts"):
        _leave_mounts(libc, chroot)
    if chroot:
        os.chroot(chroot)
    os.chdir(options["cwd"])
    if gid := options.get("gid"):
        os.setgroups([int(gid)])
        os.setgid(int(gid))
    if uid := options.get("uid"):
        os.setuid(int(uid))
    if libc.prctl(_PR_SET_PDEATHSIG, int(options["signal"]), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != int(options["parent"]):
        sys.exit(_GONE)  # the parent died before the wish was made
    os.execvpe(argv[0], argv, dict(os.environ))  # noqa: S606


def _leave_mounts(libc: ctypes.CDLL, root: str | None) -> None:
    """Take a view of the mounts of our own and put /proc and /dev below a new root."""

    def must(result: int, what: str) -> None:
        if result != 0:
            raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")

    must(libc.unshare(_CLONE_NEWNS), "unshare")
    must(libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None), "mount --make-rprivate /")
    if root:
        proc, dev = os.fsencode(root) + b"/proc", os.fsencode(root) + b"/dev"
        must(libc.mount(b"proc", proc, b"proc", ctypes.c_ulong(0), None), f"mount {root}/proc")
        must(libc.mount(b"/dev", dev, None, ctypes.c_ulong(_MS_BIND | _MS_REC), None), f"mount {root}/dev")


if __name__ == "__main__":
    try:
        _become(sys.argv[1:])
    except OSError as exc:
        sys.stderr.write(f"cannot start {sys.argv[-1] if len(sys.argv) < 2 else ' '.join(sys.argv[1:])}: {exc}\n")
        sys.exit(126)
