"""How Tengr is asked: the photo gets an address, the map is ordered, and then asked after."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import (
    BadResponse,
    KeyMissing,
    ProviderError,
    RemoteJobFailed,
    ResultLost,
)
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.record import Json
from depthstudio.formats import media_type
from depthstudio.providers.base import Context, Health, Reach
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.footage import prepared
from depthstudio.providers.lost import LostStep, Search
from depthstudio.providers.tengr.account import API, KEY, MAKE, address
from depthstudio.providers.tengr.artwork import Artwork, State, artwork_id_in, artwork_in
from depthstudio.providers.tengr.depth import request_body
from depthstudio.providers.tengr.listed import artworks_like
from depthstudio.providers.tengr.maps import downloaded
from depthstudio.providers.transport.download import withheld
from depthstudio.providers.transport.json_call import call_json, get_json
from depthstudio.providers.transport.polling import Pace, polled
from depthstudio.providers.transport.redaction import redacted

if TYPE_CHECKING:
    from depthstudio.providers.builtin.tengr_depth_map import TengrParams

log = logging.getLogger(__name__)

SERVICE = "Tengr"
PACE = Pace(first_s=2.0, longest_s=10.0, deadline_s=600.0)
KEPT_FOR = timedelta(days=8)
KNOWN_WITHIN = timedelta(seconds=30)  # a fresh artwork may not be found everywhere at once
# What documents of others of its kind name; what it takes itself, Tengr does not say.
PICTURES_AS_IS = frozenset({media_type.JPEG, media_type.PNG, media_type.WEBP})
GOES_ON = "it cannot be stopped there: it may still run at Tengr, and be billed"
FINISHED = "the service had finished its part"


async def check(reach: Reach) -> Health:
    """Does the server answer, and does it know the key? Lists artworks, which costs nothing."""
    _require_means(reach)
    await get_json(reach, SERVICE, address(reach.endpoints), attempts=1)
    began_at = reach.now()
    url = address(reach.endpoints, reach.endpoints["list_path"])
    await get_json(reach, SERVICE, url, params={"offset": "0", "limit": "1"}, attempts=1)
    return Health(True, "Works", (reach.now() - began_at).total_seconds())


def _require_means(reach: Reach) -> None:
    if not reach.endpoints[API]:
        raise KeyMissing(
            f"{SERVICE} needs the address of its server",
            hint=f"Give it as the server, or with --endpoint {API}=https://HOST",
        )
    if KEY.name not in reach.secrets:
        raise KeyMissing(f"{SERVICE} needs its key", hint=f"Give it, or set {KEY.variable}")


async def fetch(sources: Sequence[Source], params: "TengrParams", ctx: Context) -> list[Artifact]:
    """Give the photo an address, order the map, and bring it here."""
    photo_url = await _photo_url(sources[0], ctx)
    await _order(request_body(params, photo_url), ctx)
    return await _Order.of(ctx).brought()


async def reattach(checkpoint: Checkpoint, params: "TengrParams", ctx: Context) -> list[Artifact]:
    """Ask after the map that was ordered; one that was not yet is ordered now."""
    if MAKE not in checkpoint.steps:
        return await fetch(ctx.sources, params, ctx)
    return await _Order.of(ctx).brought()


async def find_lost(lost: LostStep, params: "TengrParams", reach: Reach) -> Search:
    """The one artwork in Tengr's list that can only be what was ordered."""
    _require_means(reach)
    taken = {str(ids["id"]) for ids in lost.others_at(MAKE)}
    body = request_body(params, lost.address())
    found = [one for one in await artworks_like(reach, SERVICE, lost, body) if one not in taken]
    if len(found) != 1:
        return Search(alike=len(found))
    ordered_at = lost.sent_at or reach.now()
    return Search({"id": found[0], "ordered_at": ordered_at.isoformat()})


async def _photo_url(source: Source, ctx: Context) -> str:
    if source.is_remote:
        return await ctx.web_address(source)
    ctx.report(Progress(Stage.PREPARING, message="Preparing the photo"))
    folder = ctx.folder / "sent"
    (photo,) = await ctx.in_thread(
        lambda flag: prepared([source], folder, as_is=PICTURES_AS_IS, check=flag.check)
    )
    return await ctx.web_address(source, photo.path)


async def _order(body: Mapping[str, Json], ctx: Context) -> None:
    async def send() -> Mapping[str, Json]:
        url = address(ctx.endpoints, ctx.endpoints["create_path"])
        answer = await call_json(ctx, SERVICE, "POST", url, body=body)
        return {"id": artwork_id_in(answer, SERVICE), "ordered_at": ctx.now().isoformat()}

    ctx.report(Progress(Stage.WAITING))
    try:
        await ctx.submit(MAKE, send)
    except asyncio.CancelledError:
        if MAKE in ctx.checkpoint.steps:
            await ctx.cancel_remotely(_goes_on)
        raise


@dataclass
class _Order:
    """One map that was ordered, by its artwork at Tengr."""

    ctx: Context
    artwork_id: str
    ordered_at: datetime
    strange_words: set[str] = field(default_factory=set[str])
    is_made: bool = False

    @classmethod
    def of(cls, ctx: Context) -> "_Order":
        """The one this job wrote down."""
        ids = ctx.checkpoint.steps[MAKE]
        return cls(ctx, str(ids["id"]), datetime.fromisoformat(str(ids["ordered_at"])))

    async def brought(self) -> list[Artifact]:
        """Wait for it and fetch its pictures.

        Raises
        ------
        RemoteJobFailed
            when Tengr failed
        ServiceUnavailable
            when it did not finish in time
        ResultLost
            when Tengr no longer has it
        """
        try:
            artwork = await polled(self.ctx, SERVICE, self._when_made, PACE)
            self.is_made = True
            self.ctx.note(f"Tengr keeps photo and map until {_day(self.kept_until)}")
            return await self._pictures(artwork)
        except asyncio.CancelledError:
            await self.ctx.cancel_remotely(_finished if self.is_made else _goes_on)
            raise

    @property
    def kept_until(self) -> datetime:
        return self.ordered_at + KEPT_FOR

    async def _when_made(self) -> Artwork | None:
        """The artwork once it is made; None while it is not."""
        artwork = await self._asked_after()
        if artwork is None:
            return None
        match artwork.state:
            case State.SUCCEEDED:
                return self._with_results(artwork)
            case State.FAILED:
                raise RemoteJobFailed(
                    f"{SERVICE} failed at artwork {self.artwork_id}",
                    hint="It gives no reason. Can it fetch the photo's address? Ask it about this"
                    " artwork, or run it again",
                )
            case State.CANCELLED:
                raise RemoteJobFailed(
                    f"{SERVICE} stopped artwork {self.artwork_id}",
                    hint="Somebody cancelled it there. Run it again",
                )
            case State.STARTING:
                self.ctx.report(Progress(Stage.WAITING))
            case State.PROCESSING | State.UNKNOWN:
                self.ctx.report(Progress(Stage.RUNNING))
                self._log_strange(artwork)
        return None

    async def _asked_after(self) -> Artwork | None:
        """What Tengr says of it now; None where it does not know a fresh one yet."""
        path = self.ctx.endpoints["get_path"].replace("{id}", self.artwork_id)
        try:
            answer = await get_json(self.ctx, SERVICE, address(self.ctx.endpoints, path))
        except ProviderError as error:
            if error.status not in (404, 410):
                raise
            if error.status == 404 and self.ctx.now() - self.ordered_at < KNOWN_WITHIN:
                return None
            raise self._lost(error) from error
        artwork = artwork_in(answer, SERVICE)
        if artwork.id != self.artwork_id:
            raise BadResponse(
                f"{SERVICE} was asked for one artwork and described another",
                hint="Check the server's address and its paths",
            )
        return artwork

    def _with_results(self, artwork: Artwork) -> Artwork:
        if not artwork.results:
            raise BadResponse(
                f"{SERVICE} says artwork {self.artwork_id} is made, and gives no picture",
                hint="Retry asks again for the picture, and orders nothing",
            )
        return artwork

    async def _pictures(self, artwork: Artwork) -> list[Artifact]:
        try:
            return await downloaded(self.ctx, SERVICE, artwork.results)
        except ResultLost as lost:
            # The addresses are good for a while only: once, fresh ones may help.
            fresh = await self._when_made()
            if fresh is None:
                raise withheld(lost) from lost
        try:
            return await downloaded(self.ctx, SERVICE, fresh.results)
        except ResultLost as lost:
            raise withheld(lost) from lost

    def _lost(self, error: ProviderError) -> ResultLost:
        if self.ctx.now() >= self.kept_until:
            hint = f"It keeps what it makes for {KEPT_FOR.days} days. Run it again"
        else:
            hint = "It was deleted there, or belongs to another key. Run it again"
        return ResultLost(
            f"{SERVICE} no longer has artwork {self.artwork_id}", hint=hint, detail=error.detail
        )

    def _log_strange(self, artwork: Artwork) -> None:
        if artwork.state is State.UNKNOWN and artwork.word not in self.strange_words:
            self.strange_words.add(artwork.word)
            word = redacted(artwork.word, self.ctx.secrets.values())
            log.warning("%s has a status nobody told us of: %r", SERVICE, word)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


async def _goes_on() -> CancelAnswer:
    return CancelAnswer(GOES_ON, may_come=True)


async def _finished() -> CancelAnswer:
    return CancelAnswer(FINISHED, may_come=True)
