"""What is said when the system refuses to read or write a file."""

from pathlib import Path

from fedbbpt.errors import StorageError


def refusal(path: Path, action: str, error: OSError) -> StorageError:
    """Return the error for a file that cannot be ``action``, for example ``"written"``."""
    return StorageError(
        f"{path}: cannot be {action} ({error.strerror}); "
        "check the disk's free space and your rights, then resume"
    )
