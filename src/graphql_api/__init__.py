"""The public GraphQL API over the use cases, and the Spanish words that people read there."""
