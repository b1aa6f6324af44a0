"""The program's own PostgreSQL, for real: started, killed, shared and stopped."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from rems.core.errors import SetupError
from rems.core.server import hold, release
from rems.core.settings import ROOT
from tests.core.postmaster import QUICK, ROOTS, STAY, answer, leave, postmaster, runs, said, stay


def test_the_first_start_makes_three_roles_and_a_database_that_the_owner_owns(home: Path) -> None:
    cluster = hold(home, settings=QUICK)
    roles = "select string_agg(rolname || ':' || rolsuper || rolcreaterole || rolbypassrls, ' ' order by rolname)"
    assert answer(cluster, roles + " from pg_roles where rolname like 'rems%'") == (
        "rems_app:falsefalsefalse rems_owner:falsefalsefalse rems_super:truetruetrue",
    )
    facts = "pg_get_userbyid(datdba)::text, pg_encoding_to_char(encoding)::text, datlocprovider::text, datlocale"
    assert answer(cluster, f"select {facts} from pg_database where datname = 'rems'") == (
        *("rems_owner", "UTF8", "b", "C.UTF-8"),
    )
    assert answer(cluster, "select current_user::text", "rems_owner") == ("rems_owner",)
    shown = "select current_setting('listen_addresses'), current_setting('max_wal_size'), current_setting('fsync')"
    assert answer(cluster, shown) == ("", "256MB", "off")


def test_passwords_are_private_files_and_are_asked_for_from_the_first_second(home: Path) -> None:
    cluster = hold(home, settings=QUICK)
    files = list((home / "passwords").iterdir())
    assert {file.name for file in files} == {"rems_super", "rems_owner", "rems_app"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_text() for file in files}) == 3
    assert not (home / "first-password").exists()
    for role in ("rems_super", "rems_app"):
        password = (home / "passwords" / role).read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(cluster.dsn(role).replace(password, "guessed"))


def test_only_the_servers_user_may_enter_its_data_and_its_socket(home: Path) -> None:
    hold(home, settings=QUICK)
    for folder in (home / "data", home / "passwords"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    socket = Path((home / "data" / "postmaster.pid").read_text().splitlines()[4])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_a_second_hold_uses_the_running_server_and_the_release_stops_it(home: Path) -> None:
    first = hold(home, settings=QUICK)
    pid = postmaster(home)
    assert hold(home) == first
    assert postmaster(home) == pid
    release(home)
    assert not runs(pid)
    assert not (home / "data" / "postmaster.pid").exists()
    release(home)


def test_two_first_starts_at_once_make_one_server_and_the_last_one_out_stops_it(ground: Path) -> None:
    home = ground / "shared"
    one, two = stay(home), stay(home)
    pid = said(one)
    assert said(two) == pid
    leave(one)
    assert runs(pid)
    leave(two)
    assert not runs(pid)


def test_a_killed_user_counts_no_more_and_a_server_left_behind_is_used_again(home: Path) -> None:
    one, two = stay(home), stay(home)
    pid = said(one)
    assert said(two) == pid
    for process in (one, two):
        process.kill()
        process.communicate()
    assert runs(pid)
    hold(home)
    assert postmaster(home) == pid
    release(home)
    assert not runs(pid)


def test_a_forked_child_that_ends_leaves_the_server_to_its_parent(home: Path) -> None:
    fork = (
        "import os\nif os.fork() == 0: sys.exit()\nos.wait()\n"
        "print(os.path.exists(cluster.home / 'data' / 'postmaster.pid'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", STAY + fork, str(home)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.split()[1], done.stderr) == (0, "True", "")
    assert not (home / "data" / "postmaster.pid").exists()


def test_a_path_too_long_for_a_socket_works_whatever_the_folder_for_temporary_files_is(ground: Path) -> None:
    home = ground / ("a-very-long-name" * 4) / ("and-another-one" * 4)
    cluster = hold(home, settings=QUICK)
    assert answer(cluster, "select 1") == (1,)
    folder = Path((home / "socket-folder").read_text())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    other = stay(home, TMPDIR=str(ground))
    assert said(other) == postmaster(home)
    leave(other)
    release(home)
    assert not folder.exists()


def test_a_socket_folder_that_others_may_enter_is_refused(ground: Path) -> None:
    home = ground / ("a-very-long-name" * 4) / ("and-another-one" * 4)
    folder = Path((home / "socket-folder").read_text())
    folder.mkdir(mode=0o755)
    try:
        with pytest.raises(SetupError, match="is not private to this program"):
            hold(home)
    finally:
        folder.rmdir()


def test_a_setting_that_the_server_refuses_is_said_at_once_and_nothing_stays_behind(home: Path) -> None:
    with pytest.raises(SetupError, match='does not start: invalid value for parameter "max_wal_size": "plenty"'):
        hold(home, settings={"max_wal_size": "plenty"})
    assert not (home / "data" / "postmaster.pid").exists()
    assert answer(hold(home), "select 1") == (1,)


def test_a_file_in_the_place_of_the_folder_is_said_in_one_sentence(ground: Path) -> None:
    (ground / "file").write_text("")
    with pytest.raises(SetupError, match=r"can't be used: Not a directory: .*REMS_DATA_DIR\.$"):
        hold(ground / "file" / "postgres")


def test_a_name_that_a_shell_would_read_is_refused(ground: Path) -> None:
    with pytest.raises(SetupError, match=r"the name holds '\$' '`'"):
        hold(ground / "a$(touch hacked)`")


@pytest.mark.skipif(not ROOTS, reason="needs root")
def test_as_root_a_closed_folder_above_the_home_is_named_and_stays_closed(ground: Path) -> None:
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(SetupError, match=f"runs as the user nobody, who may not enter {closed}"):
        hold(closed / "postgres")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(not ROOTS, reason="needs root")
def test_as_root_the_server_runs_as_nobody_even_under_a_strict_umask(ground: Path) -> None:
    before = os.umask(0o077)
    try:
        cluster = hold(ground / "strict" / "postgres", settings=QUICK)
    finally:
        os.umask(before)
    assert Path("/proc", str(postmaster(cluster.home))).owner() == "nobody"
    assert answer(cluster, "select 1") == (1,)
    release(cluster.home)


@pytest.mark.skipif(ROOTS, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said_in_one_sentence(ground: Path) -> None:
    (ground / "closed").mkdir(mode=0o500)
    with pytest.raises(SetupError, match="can't be used: Permission denied"):
        hold(ground / "closed" / "postgres")


@pytest.mark.skipif(not ROOTS, reason="needs root")
def test_a_normal_user_has_a_server_of_their_own_and_root_may_use_it_too(ground: Path) -> None:
    python = next((p for p in (sys.executable, "/usr/bin/python3.11", "/usr/bin/python3") if fits_nobody(p)), None)
    if python is None:
        pytest.skip("the user nobody can run no Python that has this one's packages")
    mine = ground / "of nobody"
    mine.mkdir()
    shutil.chown(mine, "nobody")
    ask = (
        "\nimport psycopg\nprint(psycopg.connect(cluster.dsn('rems_app')).execute('select current_user').fetchone()[0])"
    )
    done = as_nobody(python, STAY + ask, str(mine / "postgres"))
    assert (done.returncode, done.stdout.split()[1:], done.stderr) == (0, ["rems_app"], "")
    assert not (mine / "postgres" / "data" / "postmaster.pid").exists()
    assert answer(hold(mine / "postgres"), "select 1") == (1,)
    release(mine / "postgres")
    assert as_nobody(python, STAY, str(mine / "postgres")).returncode == 0


def as_nobody(python: str, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([str(ROOT), str(Path(psycopg.__file__).parent.parent)])
    return subprocess.run(
        [python, "-W", "ignore", "-c", script, *arguments],
        cwd="/",
        user="nobody",
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def fits_nobody(python: str) -> bool:
    try:
        return as_nobody(python, "import psycopg").returncode == 0
    except OSError:
        return False
