"""Block devices that are files: the kernel's loop devices."""

import contextlib
import fcntl
import os
import subprocess
import tempfile
import time

PATH = {**os.environ, "PATH": "/usr/sbin:/sbin:" + os.environ["PATH"]}


def run(*words, may_fail=False, **options):
    done = subprocess.run(words, env=PATH, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0 or may_fail, done
    return done.stdout.strip()


def finally_run(*words):
    """As run(), but for some seconds something may still be in the way: a mount namespace ends later than its processes."""
    for _ in range(100):
        done = subprocess.run(words, env=PATH, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError(done)


@contextlib.contextmanager
def attached(path, *options):
    """The device of a file.  Tests take turns to ask for one that is free."""
    with open(os.path.join(tempfile.gettempdir(), "hoist-loops.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        loop = run("losetup", *options, "--find", "--show", path)
    try:
        yield loop
    finally:
        finally_run("losetup", "--detach", loop)
