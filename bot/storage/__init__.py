"""PostgreSQL through SQLAlchemy Core. The only place that knows SQL; ``session`` holds the only commit."""
