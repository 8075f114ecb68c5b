"""Floor 2: SQLAlchemy tables, transactions, queries and migrations. Knows nothing of what is above."""
