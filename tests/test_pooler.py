"""Behind PgBouncer, which lends a few connections to many clients, everything is as without it."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import Portal, Templates

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# What Debian's package ships, but for where it listens and who is let in.
SETTINGS = """
[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
logfile = {folder}/log.txt
pool_mode = {mode}
default_pool_size = 3
"""
PEOPLE = "Login,First name,Last name,Email\n"
ROWS = 6_000
CLIENTS = 12

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture(params=["transaction", "session"])
def pooled_portal(
    request: pytest.FixtureRequest, templates: Templates, tmp_path: Path
) -> Iterator[Portal]:
    """Return a portal behind a pool of three connections that is lent in either way."""
    direct = templates.copy("postgresql", tmp_path)
    parts = urlsplit(direct.url)
    host = parse_qs(parts.query)["host"][0]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path / "pool"
    folder.mkdir()
    (folder / "users.txt").write_text('"postgres" ""\n')
    settings = SETTINGS.format(host=host, port=port, folder=folder, mode=request.param)
    (folder / "pgbouncer.ini").write_text(settings)
    command = [str(PROGRAM), "-q", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        # It does not run as root; whoever the server runs as can reach its socket.
        owner = pwd.getpwuid(Path(host).stat().st_uid)
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        for above in folder.parents:
            if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
        command += ["-u", owner.pw_name]
    with subprocess.Popen(command) as program:
        try:
            _wait_for(port)
            yield Portal(f"postgresql://postgres@127.0.0.1:{port}{parts.path}", tmp_path)
        finally:
            program.terminate()
    templates.drop(direct)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("pgbouncer does not listen")


def _people(portal: Portal, name: str, *, first: int) -> str:
    lines = (f"p{n},P,Q,p{n}@example.com\n" for n in range(first, first + ROWS))
    (portal.folder / name).write_text(PEOPLE + "".join(lines))
    return name


def _at_once(portal: Portal, *lines: tuple[str, ...]) -> list[int]:
    """Run each command line in a process of its own, all at once; return how they ended."""
    running = [portal.start(*line) for line in lines]
    return [(process.communicate(timeout=120), process.returncode)[1] for process in running]


def test_people_come_in_by_profiles_and_tokens(pooled_portal: Portal) -> None:
    """Twelve at once sign up and redeem; exactly as many get in as there are places."""
    pooled_portal.ok("registration", "enable")
    pooled_portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    door = ("--department", "/", "--activations", "9", "--ends", "2026-12-31")
    pooled_portal.ok("signup-profile", "create", "Door", "--code", "door", *door)
    pooled_portal.ok("token", "create", "--content", "topic", "--code", "SPRING", "--limit", "7")
    names = ("--first-name", "A", "--last-name", "B")
    signed = _at_once(
        pooled_portal,
        *(
            ("signup-profile", "sign-up", "door", "--email", f"s{n}@example.com", *names)
            for n in range(CLIENTS)
        ),
    )
    assert signed.count(0) == 9
    redeemed = _at_once(
        pooled_portal,
        *(
            ("token", "redeem", "SPRING", "--email", f"r{n}@example.com", *names)
            for n in range(CLIENTS)
        ),
    )
    assert redeemed.count(0) == 7
    assert pooled_portal.value("SELECT count(*) FROM users") == 1 + 9 + 7
    pooled_portal.ok("db", "check")


def test_files_of_people_are_taken_in(pooled_portal: Portal) -> None:
    """With and without --keep-going, several at once; every row is in, and told."""
    whole, steps = (_people(pooled_portal, f"{first}.csv", first=first) for first in (0, ROWS))
    ended = _at_once(
        pooled_portal,
        ("user", "import", whole, "--results", "whole.csv"),
        ("user", "import", steps, "--keep-going", "--results", "steps.csv"),
    )
    assert ended == [0, 0]
    for name in ("whole.csv", "steps.csv"):
        told = (pooled_portal.folder / name).read_text().splitlines()[1:]
        assert len(told) == ROWS
        assert all(",created," in line for line in told)
    assert pooled_portal.value("SELECT count(*) FROM users") == 1 + 2 * ROWS


def test_a_batch_is_worked_through(pooled_portal: Portal) -> None:
    """Its lines are done one by one, and all at once with --atomic."""
    lines = "".join(f"department create d{n}\n" for n in range(40))
    pooled_portal.ok("batch", "-", stdin=lines)
    pooled_portal.ok("batch", "-", "--atomic", stdin=lines.replace("create d", "create e"))
    assert pooled_portal.value("SELECT count(*) FROM departments") == 1 + 80


def test_what_the_pooler_refuses_is_a_matter_of_the_address(pooled_portal: Portal) -> None:
    """It takes no options of a connection: exit 10, with its own words."""
    address = f"{pooled_portal.url}?options=-csearch_path%3Dtwo"
    ran = Portal(address, pooled_portal.folder).run("user", "list", "-o", "json")
    assert ran.status == 10
    assert "unsupported startup parameter" in ran.err
