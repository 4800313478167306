"""One tree of errors: what happened, what to do next, and whether asking again may help."""

from datetime import datetime


class DepthStudioError(Exception):
    """An error made for the user's eyes.

    ``str(error)`` says what happened, ``hint`` what the user can do about it and
    ``detail`` what a developer would ask for. None of the three ever holds a secret.
    """

    retryable = False

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.detail = detail


class InputError(DepthStudioError):
    """A file or folder the user gave us cannot be used."""


class ParamError(DepthStudioError):
    """A parameter has a value its declaration does not allow."""

    def __init__(self, message: str, *, name: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.name = name


class UsageError(DepthStudioError):
    """A command was put in a way that cannot be carried out."""


class Unencrypted(UsageError):
    """An address would send in the clear, to a host the user has not allowed that for."""

    def __init__(self, host: str, *, hint: str = "Use https") -> None:
        super().__init__(f"{host} would be spoken to without encryption", hint=hint)
        self.host = host


class HostNeeded(UsageError):
    """The service takes web addresses only, and no host was agreed to for files."""


class FormatError(DepthStudioError):
    """A file is damaged, cut short, or uses something this program does not read."""


class LibraryError(DepthStudioError):
    """A stored result is missing, damaged or could not be written."""


class SettingsError(DepthStudioError):
    """The settings could not be saved, or the home folder cannot be used."""


class HomeBusyError(DepthStudioError):
    """Another process runs jobs in this home."""


class JournalError(DepthStudioError):
    """The journal refused a state change, or cannot be read."""


class ProviderError(DepthStudioError):
    """A service, or our way to it, failed.

    ``may_have_run`` is the promise about paid work: only when it is False has the
    service provably not started, and only then may a submit be sent again by itself.
    ``status`` is that of the HTTP answer, where there was one, and ``retry_after_s`` the
    pause it asked for.
    """

    status: int | None = None
    retry_after_s: float | None = None

    def __init__(
        self, message: str, *, hint: str = "", detail: str = "", may_have_run: bool = True
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.may_have_run = may_have_run


class ServiceUnavailable(ProviderError):
    """The service cannot be reached, or did not answer in time."""

    retryable = True


class AuthError(ProviderError):
    """The service wants a key, or refuses the one it got."""


class RemoteJobFailed(ProviderError):
    """The service ran the job and reports a failure."""


class BadResponse(ProviderError):
    """The service answered with something its contract does not allow."""


class ResultLost(ProviderError):
    """The service no longer has what it made; only running again can bring it back."""


class NotOffered(ProviderError):
    """The provider has no such action."""


class SubmitUnknown(ProviderError):
    """A submit was sent and nobody knows whether the service accepted it."""


class ProviderHeld(ProviderError):
    """The service asks us to wait. Nothing is sent to it until the hold ends.

    ``until`` is the moment it may be asked again, None when only a person can say.
    ``refused_step`` is a step that was accepted first and then refused unrun: what it brought
    is worth nothing, and it is sent anew when the hold ends.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        until: datetime | None,
        hint: str = "",
        detail: str = "",
        refused_step: str = "",
    ) -> None:
        super().__init__(message, hint=hint, detail=detail, may_have_run=False)
        self.until = until
        self.refused_step = refused_step


class ServiceOffline(ProviderHeld):
    """The service cannot be reached at all: no network, or nobody there."""


class KeyMissing(ProviderHeld):
    """The service, or the host its files go through, needs a key nobody gave yet.

    Where it `is_of_host`, only jobs that go through it wait, and not the whole provider.
    """

    def __init__(self, message: str, *, hint: str, is_of_host: bool = False) -> None:
        super().__init__(message, until=None, hint=hint)
        self.is_of_host = is_of_host


class RateLimited(ProviderHeld):
    """Too many requests, or a quota is used up."""
