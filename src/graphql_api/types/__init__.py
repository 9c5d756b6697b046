"""The types of the schema, one file for each topic. Fields are plain attributes or the future of a batch."""
