"""`python -m benchmarks.portal --count 732009`: the backlog of a province is told to the simulated national portal.

For a database that `manage.py generate_dossiers` filled, of which the portal knows nothing yet. Several
`portal_sync --backlog` share the work; when a third of it is done one of them is killed, and another takes its
place. It ends when the portal has taken all that was put into the outbox. The yardstick sends ready-made messages to
the same simulator, as many in a call, and does nothing else.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from onestop.simulators.base import running
from onestop.simulators.portal import REQUIRED, Portal

PROVINCE = 732_009  # dossiers that one province has told the portal of
SENDERS, BATCH = 2, 50
YARDSTICK_CALLS = 400
LOOKS_EVERY, SAYS_EVERY = 2.0, 60.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=PROVINCE, help="dossiers of the backlog")
    parser.add_argument("--senders", type=int, default=SENDERS)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    there = Portal()
    there.keeps_everything = False
    with running([there]) as server:
        os.environ |= {
            "PORTAL_URL": server.url(there.name),
            "PORTAL_LOGIN_URL": f"{server.url(there.name)}/login",
            "PORTAL_USERNAME": there.USERNAME,
            "PORTAL_PASSWORD": there.PASSWORD,
            "PORTAL_UNIT": there.UNIT,
            "PORTAL_BATCH": str(BATCH),
        }
        import django

        django.setup()
        check_nothing_was_told()
        run = Run(arguments.count, arguments.senders)
        run.to_its_end()
        result = run.result(there)
        result["yardstick_rate"] = round(yardstick())
    result["ratio"] = round(result["rate"] / result["yardstick_rate"], 3)
    text = json.dumps(result, indent=2)
    print(text)
    (Path(__file__).parent / "results" / "portal.json").write_text(text + "\n")


def check_nothing_was_told() -> None:
    from cases.models import PortalDossier

    if PortalDossier.objects.exists():
        sys.exit(
            "The portal was told of dossiers of this database before. Take one of which it knows nothing."
        )


@dataclass
class Run:
    """Senders that share a backlog of `count` dossiers."""

    count: int
    senders: int
    began: float = field(default_factory=time.monotonic)
    working: list[subprocess.Popen] = field(default_factory=list)
    peaks: dict[int, float] = field(default_factory=dict)  # MB by process
    killed_at: int | None = None  # dossiers

    def to_its_end(self) -> None:
        said = 0.0
        while not self._is_done():
            self._look_after_senders()
            if time.monotonic() - said > SAYS_EVERY:
                said = time.monotonic()
                print(self._so_far(), file=sys.stderr, flush=True)
            time.sleep(LOOKS_EVERY)
        for sender in self.working:
            sender.wait()
        self.seconds = time.monotonic() - self.began

    def result(self, there) -> dict:
        from cases.models import PortalDossier, PortalMessage
        from cases.portal.states import MessageState, PortalState

        dossiers = PortalDossier.objects.filter(state=PortalState.ACCEPTED)
        messages = PortalMessage.objects.filter(state=MessageState.SENT).count()
        differing = sum(
            there.dossiers.get(code, {}).get("TrangThaiHoSo") != str(status)
            for code, status in dossiers.values_list("code", "last_status").iterator()
        )
        return {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "dossiers": dossiers.count(),
            "not_accepted": PortalDossier.objects.exclude(state=PortalState.ACCEPTED).count(),
            "messages": messages,
            "known_there": len(there.dossiers),
            "differing_there": differing,
            "calls": sum(there.calls.values()),
            "killed_after_dossiers": self.killed_at,
            "seconds": round(self.seconds),
            "rate": round(messages / self.seconds),
            "senders": self.senders,
            "processors": os.cpu_count(),
            "highest_memory_of_a_sender_mb": round(max(self.peaks.values())),
        }

    def _is_done(self) -> bool:
        self.told, self.waiting = _counts()
        return self.told >= self.count and not self.waiting

    def _look_after_senders(self) -> None:
        self.working = [one for one in self.working if one.poll() is None]
        for one in self.working:
            self.peaks[one.pid] = _highest_memory(one.pid)
        if self.killed_at is None and self.told > self.count / 3 and self.working:
            self.killed_at = self.told
            self.working.pop().send_signal(signal.SIGKILL)
        while len(self.working) < self.senders:
            left = max(self.count - self.told, 0)
            share = [f"--limit={-(-left // self.senders)}"] if left else []
            command = [sys.executable, "manage.py", "portal_sync", *(["--backlog", *share] if left else [])]
            self.working.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))

    def _so_far(self) -> str:
        return f"{time.monotonic() - self.began:6.0f} s  {self.told:9,} dossiers put into the outbox, {self.waiting:,} wait"


def _highest_memory(pid: int) -> float:
    """MB of a process so far; 0 of one that is just ending."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), default=0.0)


def _counts() -> tuple[int, int]:
    """Dossiers that were put into the outbox, and those of which something waits."""
    from cases.models import PortalDossier
    from cases.portal.states import PortalState

    rows = PortalDossier.objects
    return rows.count(), rows.filter(state=PortalState.WAITING).count()


def yardstick() -> float:
    """Messages a second of who has them ready and only sends them, first of each dossier, then of its step."""
    from cases.connections.portal import Portal
    from cases.services.portal_variants import access

    batches = [[_ready(call * BATCH + number) for number in range(BATCH)] for call in range(YARDSTICK_CALLS)]
    with Portal(access()) as portal:
        portal.sign_in()
        began = time.monotonic()
        for dossiers in batches:
            portal.send_dossiers(dossiers, is_updating=False)
            portal.send_steps([{name: one[name] for name in STEP} for one in dossiers])
        return 2 * BATCH * YARDSTICK_CALLS / (time.monotonic() - began)


STEP = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")


def _ready(number: int) -> dict:
    words = {name: "Nội dung thử của bản tin soạn sẵn" for name in (*REQUIRED, *STEP)}
    codes = {"MaHoSo": f"H99.99-200101-{number:04d}", "TrangThaiHoSo": "2", "TrangThai": "2"}
    moments = dict.fromkeys(("NgayTiepNhan", "NgayHenTra", "ThoiDiemXuLy"), "20200102080000")
    return {"Email": "", "SoDienThoai": "", **words, **codes, **moments}


if __name__ == "__main__":
    main()
