"""The peer of `bench_fetch_fal`: fal's official client sending the same pictures the same way.

Called with the service's addresses as JSON, the way (“storage” or “data-uri”), a folder for what
it downloads, and the pictures; the key is FAL_KEY in the environment. Says as JSON how long it
took, from the first request to the last file.
"""

import json
import os
import sys
import time
from pathlib import Path

import fal_client
import fal_client.client
import httpx

MODEL = "fal-ai/image-preprocessors/depth-anything/v2"


def fetch(client: fal_client.SyncClient, way: str, folder: Path, picture: str) -> None:
    if way == "storage":
        address = client.upload_file(Path(picture))
    else:
        address = fal_client.encode_file(Path(picture))
    result = client.subscribe(MODEL, {"image_url": address})
    path = folder / Path(picture).name
    with httpx.stream("GET", result["image"]["url"]) as answer, path.open("wb") as file:
        for piece in answer.iter_bytes():
            file.write(piece)


def main(endpoints: str, way: str, folder: str, *pictures: str) -> None:
    where = json.loads(endpoints)
    fal_client.client.QUEUE_URL_FORMAT = where["queue"] + "/"
    fal_client.client.REST_URL = where["rest"]
    fal_client.client.CDN_URL = where["cdn"]
    Path(folder).mkdir()
    client = fal_client.SyncClient(key=os.environ["FAL_KEY"])
    started_s = time.perf_counter()
    for picture in pictures:
        fetch(client, way, Path(folder), picture)
    sys.stdout.write("\n" + json.dumps([time.perf_counter() - started_s]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
