"""Folders and accounts of the private servers, and what makes them safe to use."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from onestop.embedded import EmbeddedError, short_name

# PostgreSQL refuses to run as root; any account without rights of its own will do.
UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL, and which database clients may connect."""

    name: str
    uid: int
    gid: int
    client_name: str
    switches: bool

    @property
    def popen_arguments(self) -> dict:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}


def server_account() -> Account:
    """The current user, or an unprivileged account when that is root."""
    try:
        me = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL needs an account name, and user number {os.geteuid()} has none in /etc/passwd. "
            "Add an entry, or set DATABASE_URL to a server of your own."
        ) from None
    if me.pw_uid != 0:
        return Account(me.pw_name, me.pw_uid, me.pw_gid, me.pw_name, switches=False)
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid, me.pw_name, switches=True)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has no account 'nobody' or 'daemon' to run it. "
        "Run this as an ordinary user, or set DATABASE_URL to a server of your own."
    )


def may_be_entered_by(path: Path, account: Account) -> bool:
    """Whether `account` passes every folder above `path`. Mode bits decide; root itself may always."""
    if not account.switches:
        return True
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def spare_dir(data_dir: Path) -> Path:
    """Where PostgreSQL's part goes when its account may not enter the data folder (not made here)."""
    return Path("/var/tmp") / short_name(data_dir)  # nosec B108 - checked below


def make_owned_dir(path: Path, *, mode: int = 0o711) -> Path:
    """Make a folder in a place where everybody may write, or accept it when it is ours alone.

    Somebody else could have put a folder or a link of that name there first; then nothing is used.
    """
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise EmbeddedError(
                f"{path} exists and is not a folder that only you may write to. Remove it, then try again."
            ) from None
    path.chmod(mode)  # mkdir's mode is cut by the umask
    return path


def make_account_dir(path: Path, account: Account) -> Path:
    """Make `path` (in a folder of ours) a folder that only `account` may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink():
        raise EmbeddedError(f"{path} is a link. Remove it, then try again.")
    if account.switches:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def check_data_dir(data_dir: Path) -> None:
    """The data folder must be ours: two users on one cluster would lock each other out."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        owner = data_dir.stat().st_uid
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {data_dir} cannot be used ({error.strerror}). "
            "Set ONESTOP_DATA_DIR to a folder that you may write to."
        ) from error
    if owner != os.geteuid():
        raise EmbeddedError(
            f"The data folder {data_dir} belongs to user number {owner}, and you are {os.geteuid()}. "
            "Work as that user, or set ONESTOP_DATA_DIR to a folder of your own."
        )
