"""Where a secret comes from, for whoever shows it."""

from enum import StrEnum


class SecretOrigin(StrEnum):
    """Which of the places it may come from had one, or that there is none."""

    UNKNOWN = "unknown"  # the keychain was not asked yet
    WITHHELD = "withheld"  # the keychain was asked and refused
    ABSENT = "absent"
    SESSION = "session"  # until the program ends
    KEYCHAIN = "keychain"
    ENVIRONMENT = "environment"
