"""The ports made real, one package per technology. Adapter packages do not know one another."""
