"""Work for a processor, done in processes apart: the one that answers requests goes on answering."""
