"""What the unit of work writes and decides with, one file for each aggregate."""
