"""What the command `portal` starts.

The workers that draw documents load the program's file again, as every process does that Python spawns: it must not
bring the whole service with it, which they have no use for and which costs each a second or two and half its memory.
"""


def run() -> None:
    from main.cli import app

    app()
