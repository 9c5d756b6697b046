"""What is held about a person, found and taken away by the tags of the columns."""
