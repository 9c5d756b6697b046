"""Secrets of links that anybody can find out: the link's id."""

from application.ports.links import LinkTokens
from domain.ids import LinkId


class FakeLinkTokens(LinkTokens):
    def of(self, link_id: LinkId) -> str:
        return str(link_id)
