"""The official client of fal at work, in its own environment.

Called with a plan as JSON: the service's addresses, what to do in order, and where what came of
it goes as JSON; the key is FAL_KEY in the environment. Of the client only addresses are changed,
and from which size on it sends in parts.
"""

import json
import os
import sys
import urllib.request
from dataclasses import asdict
from pathlib import Path
from typing import Any

import fal_client
import fal_client.client

MODEL = "fal-ai/image-preprocessors/depth-anything/v2"


def told(status: fal_client.Status) -> dict[str, Any]:
    return {"kind": type(status).__name__, **asdict(status)}


class Driver:
    """Each method is one thing to do with a client, by its name in the plan."""

    def __init__(self, client: fal_client.SyncClient, folder: Path) -> None:
        self.client = client
        self.folder = folder

    def subscribe(self, address: str, **options: Any) -> dict[str, Any]:
        """From the request to the file."""
        seen: list[dict[str, Any]] = []
        result = self.client.subscribe(
            MODEL,
            {"image_url": address},
            with_logs=True,
            interval=0.01,
            on_queue_update=lambda status: seen.append(told(status)),
            **options,
        )
        with urllib.request.urlopen(result["image"]["url"]) as answer:
            (self.folder / "depth.png").write_bytes(answer.read())
        return {"result": result, "seen": seen}

    def steps(self, address: str) -> dict[str, Any]:
        """Submit, look, and fetch by the id alone."""
        handle = self.client.submit(MODEL, {"image_url": address})
        first = self.client.status(MODEL, handle.request_id)
        result = self.client.result(MODEL, handle.request_id)
        last = self.client.status(MODEL, handle.request_id, with_logs=True)
        return {"first": told(first), "result": result, "last": told(last)}

    def cancel(self, address: str) -> dict[str, Any]:
        """Cancel a request, then again, then one nobody made."""
        handle = self.client.submit(MODEL, {"image_url": address})
        handle.status()
        handle.cancel()
        ended = [self.fails(handle.get), self.fails(handle.cancel)]
        return {"ended": ended, "unknown": self.fails(self.client.cancel, MODEL, "no-such-id")}

    def upload(self, path: str) -> str:
        return self.client.upload_file(Path(path))

    def upload_through_office(self, path: str) -> str:
        return self.client.upload_file(Path(path), repository="fal")

    def inside(self, path: str) -> dict[str, Any]:
        return self.subscribe(fal_client.encode_file(Path(path)))

    def uploaded(self, path: str) -> dict[str, Any]:
        return self.subscribe(self.upload(path))

    def refused(self, address: str, **options: Any) -> dict[str, Any]:
        return self.fails(self.subscribe, address, **options)

    def keyless(self, address: str) -> dict[str, Any]:
        nobody = fal_client.SyncClient(key="nobody:nothing")
        return self.fails(nobody.submit, MODEL, {"image_url": address})

    def fails(self, work: Any, *words: Any, **options: Any) -> dict[str, Any]:
        try:
            work(*words, **options)
        except fal_client.FalClientHTTPError as error:
            return {
                "status": error.status_code,
                "message": error.message,
                "kind": error.error_type,
            }
        raise AssertionError("it did not fail")


def main(text: str) -> None:
    plan = json.loads(text)
    wire = fal_client.client
    wire.QUEUE_URL_FORMAT = plan["endpoints"]["queue"] + "/"
    wire.REST_URL = plan["endpoints"]["rest"]
    wire.CDN_URL = plan["endpoints"]["cdn"]
    wire.MULTIPART_THRESHOLD = plan["parts_above_bytes"]
    wire.MULTIPART_CHUNK_SIZE = plan["part_bytes"]
    folder = Path(plan["folder"])
    driver = Driver(fal_client.SyncClient(key=os.environ["FAL_KEY"]), folder)
    came = getattr(driver, plan["what"])(plan["given"], **plan["options"])
    (folder / "came.json").write_text(json.dumps(came))


if __name__ == "__main__":
    main(sys.argv[1])
