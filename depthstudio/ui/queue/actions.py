"""What a user can do with a row of the queue, by the state of its job."""

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from depthstudio.core.job import Hold, HoldKind, JobState, JobStatus, Sent


class RowAction(StrEnum):
    """One thing to click in a row, or to choose in its menu."""

    SHOW = "show"
    DETAILS = "details"
    RETRY = "retry"
    RUN_AGAIN = "run-again"
    TRY_NOW = "try-now"
    GIVE_KEY = "give-key"
    LOOK = "look"
    SEND_AGAIN = "send-again"
    MARK_LOST = "mark-lost"
    OPEN_HISTORY = "open-history"
    CANCEL = "cancel"
    REMOVE = "remove"

    @property
    def label(self) -> str:
        """The words of the button, in the user's language."""
        return {
            RowAction.SHOW: QCoreApplication.translate("queue", "Show"),
            RowAction.DETAILS: QCoreApplication.translate("queue", "Details"),
            RowAction.RETRY: QCoreApplication.translate("queue", "Retry"),
            RowAction.RUN_AGAIN: QCoreApplication.translate("queue", "Run again"),
            RowAction.TRY_NOW: QCoreApplication.translate("queue", "Try now"),
            RowAction.GIVE_KEY: QCoreApplication.translate("queue", "Give key…"),
            RowAction.LOOK: QCoreApplication.translate("queue", "Look in the service's list"),
            RowAction.SEND_AGAIN: QCoreApplication.translate(
                "queue", "It is not there: send again"
            ),
            RowAction.MARK_LOST: QCoreApplication.translate("queue", "Give it up"),
            RowAction.OPEN_HISTORY: QCoreApplication.translate("queue", "Open the service's list"),
            RowAction.CANCEL: QCoreApplication.translate("queue", "Cancel"),
            RowAction.REMOVE: QCoreApplication.translate("queue", "Remove from queue"),
        }[self]

    @property
    def icon(self) -> str:
        """Its icon: the menu shows it, and a row shows nothing but it for `CANCEL`."""
        return _ICONS[self]

    @property
    def tip(self) -> str:
        """What it will do, where the label alone does not say."""
        return {
            RowAction.LOOK: QCoreApplication.translate(
                "queue", "Go on with the job if the service has it: nothing is sent again"
            ),
            RowAction.SEND_AGAIN: QCoreApplication.translate(
                "queue", "Send it once more: if the service did get it, both runs may be billed"
            ),
            RowAction.MARK_LOST: QCoreApplication.translate(
                "queue", "End the job without a result: nothing is sent"
            ),
            RowAction.OPEN_HISTORY: QCoreApplication.translate(
                "queue", "Look in the browser at what the service ran"
            ),
            RowAction.TRY_NOW: QCoreApplication.translate("queue", "Ask the service again now"),
            RowAction.RETRY: QCoreApplication.translate(
                "queue", "Go on with what the service may still have, or else ask for it again"
            ),
            RowAction.RUN_AGAIN: QCoreApplication.translate(
                "queue", "Ask for it once more: a service that costs something charges again"
            ),
            RowAction.GIVE_KEY: QCoreApplication.translate(
                "queue", "Open the keys at this service: the job goes on once it has what it needs"
            ),
        }.get(self, self.label)


_ICONS = {
    RowAction.SHOW: "eye-outline",
    RowAction.DETAILS: "text-box-outline",
    RowAction.RETRY: "restore",
    RowAction.RUN_AGAIN: "play",
    RowAction.TRY_NOW: "play",
    RowAction.GIVE_KEY: "key-outline",
    RowAction.LOOK: "magnify",
    RowAction.SEND_AGAIN: "cloud-upload-outline",
    RowAction.MARK_LOST: "cancel",
    RowAction.OPEN_HISTORY: "open-in-new",
    RowAction.CANCEL: "close",
    RowAction.REMOVE: "trash-can-outline",
}


def row_actions(status: JobStatus, provider_hold: Hold | None = None) -> tuple[RowAction, ...]:
    """What the row itself offers, left to right; `provider_hold` is what a queued job waits for."""
    match status.state:
        case JobState.DONE:
            return (RowAction.SHOW,)
        case JobState.FAILED:
            return (RowAction.DETAILS, RowAction.RETRY)
        case JobState.CANCELLED if status.may_come:
            return (RowAction.RETRY,)
        case JobState.CANCELLED:
            return (RowAction.RUN_AGAIN,)
        case JobState.HELD if status.hold and status.hold.kind is HoldKind.SUBMIT_LOST:
            return (RowAction.DETAILS,)  # what is known is read before it is answered
        case JobState.HELD if _needs_key(status.hold):
            return (RowAction.GIVE_KEY, RowAction.CANCEL)
        case JobState.HELD:
            return (RowAction.TRY_NOW, RowAction.CANCEL)
        case JobState.QUEUED if _needs_key(provider_hold):
            return (RowAction.GIVE_KEY, RowAction.CANCEL)
        case JobState.QUEUED if provider_hold is not None:
            return (RowAction.TRY_NOW, RowAction.CANCEL)
        case _:
            return (RowAction.CANCEL,)


def menu_actions(
    status: JobStatus,
    provider_hold: Hold | None = None,
    *,
    has_history: bool = False,
    can_look: bool = False,
) -> tuple[RowAction, ...]:
    """What the row's menu offers: all of the row, and what has no room there.

    `has_history` is whether the service shows its users what they ran, `can_look` whether a
    lost submit can be looked for in that by itself.
    """
    actions = list(row_actions(status, provider_hold))
    if status.hold is not None and status.hold.kind is HoldKind.SUBMIT_LOST:
        actions += [RowAction.LOOK] if can_look else []
        actions += [RowAction.SEND_AGAIN, RowAction.MARK_LOST]
        actions += [RowAction.OPEN_HISTORY] if has_history else []
        return (*actions, RowAction.REMOVE)
    if status.state is JobState.DONE:
        actions.append(RowAction.RUN_AGAIN)
    if runs_again(status):
        actions.append(RowAction.RUN_AGAIN)
    if RowAction.GIVE_KEY in actions:
        actions.insert(1, RowAction.TRY_NOW)  # a keychain may have been unlocked
    if not status.state.is_final and RowAction.CANCEL not in actions:
        actions.append(RowAction.CANCEL)
    if status.state is not JobState.RUNNING:
        actions.append(RowAction.REMOVE)
    return tuple(actions)


def runs_again(status: JobStatus) -> bool:
    """Would a retry follow what was sent before, so that only asking anew brings something else?"""
    return status.may_come or (status.state is JobState.FAILED and status.sent is Sent.TAKEN)


def _needs_key(hold: Hold | None) -> bool:
    return hold is not None and hold.kind is HoldKind.NEEDS_KEY
