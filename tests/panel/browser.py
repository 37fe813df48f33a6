"""The Chromium that the tests of the panel drive.

`python -m tests.panel.browser` looks for one, and installs Debian's where it may. It ends with 0 when there is one,
otherwise with 1 and the reason as its one line.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The fonts are for screenshots: one for all that is written with letters, one for Chinese, Japanese and Korean.
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-wqy-microhei")
PATIENCE_SECONDS = 600


class Missing(Exception):
    """There is no Chromium; the text says why, and how to get one."""


def executable() -> Path:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Missing("no chromium is on the PATH (Debian: apt install chromium; macOS, Windows: Google Chrome)")


def launch(playwright: Playwright) -> Browser:
    """Sounds are played and not heard; nothing but this machine can be reached, whatever a page asks for."""
    return playwright.chromium.launch(
        executable_path=executable(),
        chromium_sandbox=os.geteuid() != 0,  # root cannot have one
        args=[
            "--mute-audio",
            "--font-render-hinting=none",
            "--force-color-profile=srgb",
            "--disable-dev-shm-usage",  # containers have 64 MB of it
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    )


def install() -> None:
    """Raises Missing where this is not Debian, is not root's, or the packages cannot be had."""
    if os.geteuid() != 0 or not shutil.which("apt-get") or "\nID=debian" not in _system():
        raise Missing("chromium can be installed by root on Debian alone")
    sys.stdout.write(f"· {' '.join(PACKAGES)}, by apt-get\n")
    sys.stdout.flush()
    patient = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120"]
    _run("apt-get", *patient, "update")
    _run("apt-get", *patient, "install", "--yes", "--no-upgrade", "--no-install-recommends", *PACKAGES)


def _system() -> str:
    try:
        return "\n" + Path("/etc/os-release").read_text()
    except OSError:
        return ""


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, check=False, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{command[0]} did not end within {PATIENCE_SECONDS} s") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{command[0]} failed: {said[-1] if said else done.returncode}")


def complete() -> bool:
    """Whether there is a browser, and fonts for what it may have to show (where that can be asked)."""
    try:
        executable()
    except Missing:
        return False
    asked = shutil.which("fc-list")
    return not asked or bool(subprocess.run([asked, ":lang=ja"], check=False, capture_output=True).stdout)


def main() -> int:
    why = ""
    if not complete():
        try:
            install()
        except Missing as missing:
            why = f"; {missing}"
    try:
        executable()
    except Missing as missing:
        sys.stdout.write(f"{missing}{why}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
