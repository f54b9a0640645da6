"""What must survive a restart: one database, its schema's history, and a small repository for each topic."""

from assistant.storage.database import Database, StorageError

__all__ = ["Database", "StorageError"]
