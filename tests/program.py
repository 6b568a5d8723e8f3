"""Runs the program as a process of its own, without loading it anew each time.

The first run starts a server that loads the program once, with no connection and no thread; for
each run it forks a process, which is like a new one in all that a process is given: arguments,
folder, variables, streams, umask, signals, session. What Python itself reads when it starts
(`PYTHONPATH`, `LC_ALL`) has to be the same; where it is not, a real new process is started. Tests
of starting up start one, too.
"""

import atexit
import fcntl
import functools
import gc
import importlib
import inspect
import io
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.client import ask, number_on

_HERE = Path(__file__).parent
_READ_BY_PYTHON = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_")
_EXECUTE: Any = subprocess.Popen._execute_child  # type: ignore[attr-defined]  # a method of its own
_GIVEN = inspect.signature(_EXECUTE)
_UNSUPPORTED = ("preexec_fn", "pass_fds", "shell", "gid", "gids", "uid")
_MOST_GIVEN = 64
_MOST_FILES = 256


def start(words: Sequence[str], *, env: Mapping[str, str], **how: Any) -> subprocess.Popen[Any]:
    """Start `python -m` with a module and its arguments, as `subprocess.Popen` does."""
    if _read_by_python(env) != _read_by_python(_variables()):
        return subprocess.Popen([sys.executable, "-m", *words], env=env, **how)
    return _Started(words, env=env, **how)


def run(
    words: Sequence[str],
    *,
    env: Mapping[str, str],
    given: str | None = None,
    timeout: float | None = None,
    **how: Any,
) -> subprocess.CompletedProcess[Any]:
    """Run `python -m` with a module and its arguments to its end, as `subprocess.run` does.

    Its output is kept, unless it is sent elsewhere, as text, unless `text` is False.
    """
    piped = subprocess.PIPE
    if "stdin" not in how:
        how["stdin"] = subprocess.DEVNULL if given is None else piped
    streams = {"stdout": piped, "stderr": piped, "text": True}
    with start(words, env=env, **{**streams, **how}) as process:
        try:
            out, err = process.communicate(given, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)


@functools.cache
def command() -> Path:
    """Return a folder with a command `lmsctl` for shells, which runs the program this way."""
    server = _server()
    folder = Path(server).parent / "bin"
    folder.mkdir()
    client = _HERE / "client.py"
    script = folder / "lmsctl"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{client}" "{server}" lmsctl "$@"\n')
    script.chmod(0o755)
    return folder


@functools.cache
def _variables() -> dict[str, str]:
    """Return the variables that the server has."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LMSCTL_")}


def _read_by_python(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(_READ_BY_PYTHON)}


@functools.cache
def _server() -> str:
    """Start the server and return its address; it ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="lmsctl-program-")
    atexit.register(folder.cleanup)
    place = f"{folder.name}/server"
    # Until it is closed by the end of this process, the server is wanted.
    wanted, kept = os.pipe()
    told, ready = os.pipe()
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, place, str(ready)],
        cwd=_HERE.parent,
        env=_variables(),
        stdin=wanted,
        pass_fds=[ready],
    )
    for end in (wanted, ready):
        os.close(end)
    assert os.read(told, 1), "the server did not start"
    os.close(told)

    def end_it() -> None:
        os.close(kept)
        server.wait()

    atexit.register(end_it)
    return place


class _Started(subprocess.Popen[Any]):
    """A run that the server has forked; it is used like any other process."""

    _line: socket.socket

    def _execute_child(self, *given: Any) -> None:
        bound = _GIVEN.bind(self, *given).arguments
        assert not any(bound[name] for name in _UNSUPPORTED if bound[name] is not None)
        assert bound["umask"] < 0
        ends = ("p2cread", "c2pwrite", "errwrite")
        files = {usual: usual if bound[end] == -1 else bound[end] for usual, end in enumerate(ends)}
        how = {"env": dict(bound["env"]), "is_session": bound["start_new_session"]}
        if bound["cwd"] is not None:
            how["cwd"] = os.fspath(bound["cwd"])
        try:
            self._line, self.pid = ask(_server(), bound["args"], files, **how)
            self._child_created = True
        finally:
            self._close_pipe_fds(  # type: ignore[attr-defined]  # as above
                *(
                    bound[end]
                    for end in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
                )
            )

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        return self._ended(0)

    def _wait(self, timeout: float | None) -> int | None:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _ended(self, timeout: float | None) -> int | None:
        """Return the status, waiting at most so long for it."""
        if self.returncode is None:
            with self._waitpid_lock:  # type: ignore[attr-defined]  # as above
                if self.returncode is None and _is_told(self._line, timeout):
                    self.returncode = number_on(self._line)
                    self._line.close()
        return self.returncode


def _is_told(line: socket.socket, timeout: float | None) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        return bool(selector.select(timeout))


# In the server -----------------------------------------------------------------------------------


def _load() -> None:
    """Load all of the program, map its tables and build its commands."""
    import lmsctl
    from lmsctl import commands
    from lmsctl.kit import database
    from lmsctl.nouns import NOUNS

    for found in pkgutil.walk_packages(lmsctl.__path__, "lmsctl."):
        if not found.name.startswith(("lmsctl.db.migrations.", "lmsctl.__main__")):
            importlib.import_module(found.name)
    for noun in NOUNS:
        commands.load_noun(noun)
    commands.build_root()
    database.map_tables()
    for kind in ("sqlite", "postgresql"):
        database._engine(kind)


class _Server:
    """What forks a process for each run that is asked for, and tells how it ended."""

    def __init__(self, place: str) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(place)
        self._listening.listen(128)
        self._lines: dict[int, socket.socket] = {}
        self._woken, self._waking = socket.socketpair()
        self._waking.setblocking(False)
        self._selector = selectors.DefaultSelector()
        for source in (0, self._listening, self._woken):
            self._selector.register(source, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking.fileno())

    def serve(self) -> None:
        """Do what is asked until nobody is left to ask."""
        while True:
            ready = {key.fileobj for key, _ in self._selector.select()}
            if 0 in ready:
                return
            if self._woken in ready:
                self._woken.recv(4096)
                self._tell()
            if self._listening in ready:
                self._begin(self._listening.accept()[0])

    def _tell(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                line = self._lines.pop(pid)
                with suppress(OSError), line:  # Who has asked may not want to know.
                    line.sendall(_number(os.waitstatus_to_exitcode(status)))

    def _begin(self, line: socket.socket) -> None:
        size, files, _, _ = socket.recv_fds(line, 8, _MOST_GIVEN)
        left = int.from_bytes(size, "big")
        text = b""
        while len(text) < left:
            text += line.recv(left - len(text))
        pid = os.fork()
        if not pid:
            try:
                self._let_go(line)
                _become(text, files)
            finally:
                os._exit(1)
        for file in files:
            os.close(file)
        self._lines[pid] = line
        line.sendall(_number(pid))

    def _let_go(self, line: socket.socket) -> None:
        """Forget, in a forked process, what belongs to the server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for mine in (line, self._listening, self._woken, self._waking, *self._lines.values()):
            mine.close()


def _number(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)


def _become(text: bytes, files: Sequence[int]) -> None:
    """Take on what a new process would have been given, and run its module."""
    import json

    wanted = json.loads(text)
    _take(dict(zip(wanted["files"], files, strict=True)))
    if wanted["is_session"]:
        os.setsid()
    os.umask(wanted["umask"])
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    time.tzset()
    tempfile.tempdir = None
    _hear(wanted["ignored"])
    _open_streams()
    module, *sys.argv[1:] = wanted["words"]
    _run(module)


def _take(files: Mapping[int, int]) -> None:
    """Have these files alone, by these numbers."""
    out_of_the_way = {
        number: fcntl.fcntl(file, fcntl.F_DUPFD, _MOST_FILES) for number, file in files.items()
    }
    os.closerange(0, _MOST_FILES)
    for number, file in out_of_the_way.items():
        os.dup2(file, number)
        os.close(file)


def _hear(ignored: Sequence[int]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _open_streams() -> None:
    """Open the three streams as Python does; what is closed has none."""
    assert isinstance(sys.stdin, io.TextIOWrapper)
    encoding, errors = sys.stdin.encoding, sys.stdin.errors
    sys.stdin = _opened(0, "r", encoding, errors)
    sys.stdout = _opened(1, "w", encoding, errors)
    sys.stderr = _opened(2, "w", encoding, "backslashreplace")


def _opened(number: int, mode: str, encoding: str, errors: str | None) -> Any:
    with suppress(OSError):
        return open(number, mode, encoding=encoding, errors=errors, closefd=False)
    return None


def _run(module: str) -> None:
    status = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        status = 1
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load()
    serving = _Server(sys.argv[1])
    os.write(int(sys.argv[2]), b"r")
    os.close(int(sys.argv[2]))
    gc.collect()
    gc.freeze()
    serving.serve()
