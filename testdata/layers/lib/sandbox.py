"""Where cases run: a directory of its own at a path that hostile layers know, in namespaces that end with the run.

    /run/layer-corpus            a directory below --scratch, mounted here for this run and its children only
        canary/                  what hostile layers aim at
        1/2/3/keep               what a .. would reach
        1/2/3/tree               {dir}; 1/2/3/lower and 1/2/3/upper in the cases of comparing
        tmp/                     TMPDIR of the commands, made anew for each case
"""
import os
import shutil
import signal
import subprocess
import tempfile

from . import tree

HOME = "/run/layer-corpus"
CANARY, REGION, TMP = f"{HOME}/canary", f"{HOME}/1/2/3", f"{HOME}/tmp"
INSIDE = "LAYER_CORPUS_INSIDE"


def enter(arguments):
    """Starts this program again in a mount and a process namespace of its own, and never returns, unless it is there already. All that a
    command mounts or leaves running ends with it."""
    if os.environ.pop(INSIDE, None):
        return
    if os.geteuid() != 0:
        raise SystemExit("run: must be root (owners, devices, mounts)")
    os.makedirs(HOME, exist_ok=True)
    command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", *arguments]
    os.execvpe(command[0], command, {**os.environ, INSIDE: "1"})


class Sandbox:
    """The directory, made and removed."""

    def __init__(self, scratch):
        self.backing = tempfile.mkdtemp(prefix="layer-corpus-", dir=scratch)
        os.chmod(self.backing, 0o755)
        subprocess.run(["mount", "--bind", self.backing, HOME], check=True)

    def close(self):
        self.unmount()
        subprocess.run(["umount", "--lazy", HOME], check=False)
        shutil.rmtree(self.backing, ignore_errors=True)

    def prepare(self):
        """Empties it and sets up the canaries. Returns what is outside of the trees now."""
        self.unmount()
        for name in os.listdir(HOME):
            shutil.rmtree(f"{HOME}/{name}")
        os.makedirs(f"{CANARY}/directory")
        os.makedirs(REGION)
        os.mkdir(TMP, 0o700)
        for path in (
            f"{CANARY}/file",
            f"{CANARY}/directory/file",
            *(f"{HOME}/{level}keep" for level in ("1/", "1/2/", "1/2/3/")),
        ):
            with open(path, "w", encoding="ascii") as file:
                file.write("HOST PATH: nothing may change this\n")
            os.chmod(path, 0o600)
        return self.outside()

    def outside(self):
        """All but the trees and TMPDIR. Times of directories are left out: a command may make and remove files beside its tree."""
        result = {}
        for top in ("canary", "1"):
            for path, fields in tree.scan(f"{HOME}/{top}").items():
                result[top.encode() + b"/" + path] = {
                    key: value for key, value in fields.items() if key != "time" or fields["type"] != "dir"
                }
        return result

    def remove(self, directory):
        """Removes a tree, after what is mounted on it."""
        self.unmount()
        if os.path.islink(directory) or not os.path.isdir(directory):
            if os.path.lexists(directory):
                os.unlink(directory)
            return
        shutil.rmtree(directory)

    def unmount(self):
        """Unmounts all below the directory, the last first."""
        with open("/proc/self/mountinfo", "rb") as file:
            targets = [tree.unescape(line.split()[4].decode("ascii")) for line in file]
        for target in reversed([target for target in targets if target.startswith(HOME.encode() + b"/")]):
            if subprocess.run(["umount", target], check=False, stderr=subprocess.DEVNULL).returncode != 0:
                subprocess.run(["umount", "--lazy", target], check=True)


class Outcome:
    """How a command ended."""

    def __init__(self, code, error, timed_out=False):
        self.code, self.timed_out = code, timed_out
        lines = [line for line in error.decode("utf-8", "replace").splitlines() if line.strip()]
        self.error = " / ".join(lines[-2:])[:300]

    @property
    def crashed(self):
        """Ended by a signal, directly or in its shell: that is no refusal."""
        return self.code < 0 or self.code in (128 + signal.SIGSEGV, 128 + signal.SIGABRT, 128 + signal.SIGKILL)


def execute(command, timeout):
    """Runs a shell command with all its children."""
    with tempfile.TemporaryFile(dir=HOME) as errors:
        process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=TMP,
            env={**os.environ, "TMPDIR": TMP, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            umask=0o022,
        )
        try:
            code = process.wait(timeout)
            timed_out = False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
            timed_out = True
        size = errors.seek(0, os.SEEK_END)
        errors.seek(max(0, size - 2000))
        return Outcome(code, errors.read(), timed_out)
