"""`make run`: everything for a first look, on one machine, with an agency that does not exist. Development only."""
