"""What the use cases need from outside, as protocols: adapters inherit from them, tests have fakes of them."""
