"""`python -m main.demo.leash MODULE ARGUMENT…`: run a module that ends when its standard input does.

Whoever started it holds the other end of that pipe, and the kernel lets go of it however that process ends.
"""

import os
import runpy
import signal
import sys
import threading


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    del sys.argv[0]
    threading.Thread(target=_watch, daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
