"""Where a server listens."""

import socket

_PORTS_TRIED = 20


def bound(host: str, port: int, *, next_free: bool = False) -> socket.socket:
    """A listening place; with `next_free`, on the first free port from `port` on. OSError when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for candidate in range(port, min(port + _PORTS_TRIED, 65536) if next_free else port + 1):
        place = socket.socket(family, socket.SOCK_STREAM)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((host, candidate))
            place.listen(1024)  # bound alone, two servers would share a port without a word
        except OSError as error:
            place.close()
            last = error
        else:
            place.set_inheritable(True)
            return place
    raise last or OSError("no port")


def url_of(place: socket.socket) -> str:
    host, port = place.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
