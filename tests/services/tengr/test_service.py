"""The Tengr service of the tests answers as Tengr's page says, asked in the page's own words."""

import io
from collections.abc import Generator
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.shelf_host import Shelf
from tests.support.tengr_maps import V2_MODELS, V3_MODELS
from tests.support.tengr_service import KEY, TengrService, refused

CREATE = "/v2/artworks/depth-map"


@pytest.fixture
def web() -> Generator[Shelf]:
    with Shelf() as files:
        yield files


@pytest.fixture
def tengr() -> Generator[TengrService]:
    with TengrService() as service:
        yield service


@pytest.fixture
def client(tengr: TengrService) -> Generator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=tengr.url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def photo(web: Shelf) -> str:
    """The address of a photo that is dark left and bright right."""
    ramp = np.broadcast_to(np.linspace(20, 235, 96, dtype=np.uint8), (64, 96))
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(ramp)).save(buffer, "PNG")
    return web.add("photo.png", buffer.getvalue())


def made(client: httpx.Client, **asked: Any) -> NDArray[np.uint8]:
    """The map that comes of a request."""
    created = client.post(CREATE, json={"resolutionLowerLimit": 256, **asked}).json()
    artwork = client.get(f"/v2/artworks/{created['id']}").json()
    assert artwork["status"] == "succeeded"
    (url,) = artwork["results"]
    with Image.open(io.BytesIO(httpx.get(url, trust_env=False).content)) as image:
        return np.asarray(image)


def is_near_bright(levels: NDArray[np.uint8]) -> bool:
    """Of the map of `photo`, whose right side is near."""
    return float(levels[:, -20:].mean()) > float(levels[:, :20].mean())


def test_an_artwork_is_accepted_and_walks_to_its_end(
    client: httpx.Client, tengr: TengrService, photo: str
) -> None:
    tengr.walk = ("starting", "processing", "processing")
    body = {"imageUrl": photo, "useVersion3": True, "normalizationMode": "Standard"}
    answer = client.post(CREATE, json=body)
    created = answer.json()

    assert answer.status_code == 202
    assert created["parameters"] == body
    assert (created["artworkType"], created["status"], created["results"]) == (
        "depth_map",
        "starting",
        [],
    )
    told = [client.get(f"/v2/artworks/{created['id']}").json() for _ in range(5)]
    assert [one["status"] for one in told] == [*tengr.walk, "succeeded", "succeeded"]
    assert [len(one["results"]) for one in told] == [0, 0, 0, 1, 1]
    assert client.get("/v2/artworks", params={"limit": 1}).json()[0]["id"] == created["id"]
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "near_is_bright"),
    [
        ({}, True),
        ({"invertDepth": False}, True),
        ({"invertDepth": True}, False),
        ({"useVersion3": True}, True),
        ({"useVersion3": True, "normalizationMode": "V2-Style"}, True),
        ({"useVersion3": True, "normalizationMode": "V2-Style", "invertDepth": True}, False),
        ({"useVersion3": True, "normalizationMode": "Raw"}, False),
        ({"useVersion3": True, "normalizationMode": "Raw", "invertDepth": True}, True),
    ],
)
def test_mode_and_inversion_decide_which_end_is_near(
    client: httpx.Client, photo: str, asked: dict[str, Any], near_is_bright: bool
) -> None:
    assert is_near_bright(made(client, imageUrl=photo, **asked)) is near_is_bright


def test_the_map_has_the_photos_size_only_where_that_is_asked(
    client: httpx.Client, photo: str
) -> None:
    assert made(client, imageUrl=photo).shape == (256, 384)
    assert made(client, imageUrl=photo, resolutionLowerLimit=320).shape == (320, 480)
    assert made(client, imageUrl=photo, usePostResize=False).shape == (256, 384)
    assert made(client, imageUrl=photo, usePostResize=True).shape == (64, 96)


def test_every_model_makes_another_map(client: httpx.Client, photo: str) -> None:
    maps = [made(client, imageUrl=photo, model=model) for model in V2_MODELS]
    maps += [made(client, imageUrl=photo, model=m, useVersion3=True) for m in V3_MODELS]
    assert len({one.tobytes() for one in maps}) == len(V2_MODELS) + len(V3_MODELS)


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"resolutionLowerLimit": 1000}, "resolutionLowerLimit must be divisible by 64"),
        ({"resolutionLowerLimit": 192}, "resolutionLowerLimit must not be less than 256"),
        ({"resolutionLowerLimit": 2112}, "resolutionLowerLimit must not be greater than 2048"),
        ({"resolutionLowerLimit": 1024.5}, "resolutionLowerLimit must be an integer number"),
        ({"resolutionLowerLimit": "1024"}, "resolutionLowerLimit must be an integer number"),
        ({"model": "mono_large"}, "model must be one of the following values: giant, large"),
        ({"model": "vits", "useVersion3": True}, "model must be one of the following values: sm"),
        ({"normalizationMode": "Raw"}, "normalizationMode is only for useVersion3"),
        ({"normalizationMode": "raw", "useVersion3": True}, "normalizationMode must be one of"),
        ({"invertDepth": None}, "invertDepth must be a boolean value"),
        ({"usePostResize": "true"}, "usePostResize must be a boolean value"),
        ({"webhook": "http://me.test/hook"}, "webhook must be a public https URL address"),
        ({"imageUrl": "data:image/png;base64,AA"}, "imageUrl must be a URL address"),
        ({"image_url": "https://a.test/a.png"}, "property image_url should not exist"),
    ],
)
def test_what_the_page_does_not_allow_is_refused(
    client: httpx.Client, tengr: TengrService, photo: str, asked: dict[str, Any], complaint: str
) -> None:
    answer = client.post(CREATE, json={"imageUrl": photo, **asked})

    assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")
    assert any(message.startswith(complaint) for message in answer.json()["message"])
    assert tengr.orders == []


def test_a_request_that_is_no_json_object_is_refused(client: httpx.Client) -> None:
    assert client.post(CREATE, json=["photo"]).status_code == 400
    assert client.post(CREATE, data={"imageUrl": "https://a.test/a.png"}).status_code == 400
    headers = {"Content-Type": "application/json"}
    assert client.post(CREATE, content=b"{", headers=headers).status_code == 400
    assert client.get("/v2/artworks", params={"limit": 501}).status_code == 400
    assert client.get("/v2/artworks", params={"offset": "-1"}).status_code == 400
    assert client.get("/v1/artworks").json()["message"] == "Cannot GET /v1/artworks"


def test_strangers_and_keys_of_another_domain_are_refused(
    client: httpx.Client, tengr: TengrService, photo: str
) -> None:
    wrong = ({}, {"Authorization": "Bearer x"}, {"Authorization": KEY}, {"X-Key": KEY})
    for headers in wrong:
        answer = httpx.post(
            tengr.url + CREATE, json={"imageUrl": photo}, headers=headers, trust_env=False
        )
        assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")
    tengr.may_work = False
    assert client.post(CREATE, json={"imageUrl": photo}).status_code == 403
    assert client.get("/v2/artworks").status_code == 403


def test_it_can_want_the_key_elsewhere(photo: str) -> None:
    names = {"auth_header": "X-Api-Key", "auth_scheme": "", "create_path": "/depth"}
    with TengrService(**names) as tengr, httpx.Client(trust_env=False) as client:
        url = f"{tengr.url}/depth"
        body = {"imageUrl": photo}
        assert client.post(url, json=body, headers={"X-Api-Key": KEY}).status_code == 202
        bearer = {"Authorization": f"Bearer {KEY}"}
        assert client.post(url, json=body, headers=bearer).status_code == 401


def test_a_photo_it_cannot_fetch_fails_without_a_word(
    client: httpx.Client, web: Shelf, photo: str
) -> None:
    for url in (f"{web.url}/nowhere.png", web.add("text.png", b"no picture")):
        created = client.post(CREATE, json={"imageUrl": url}).json()
        artwork = client.get(f"/v2/artworks/{created['id']}").json()
        assert (artwork["status"], artwork["results"]) == ("failed", [])
    assert [r for r in web.requests if "authorization" in r.headers] == []


def test_nothing_is_kept_for_ever(client: httpx.Client, tengr: TengrService, photo: str) -> None:
    created = client.post(CREATE, json={"imageUrl": photo}).json()
    (url,) = client.get(f"/v2/artworks/{created['id']}").json()["results"]
    tengr.stale_links = 1
    assert client.get(url).status_code == 403
    (fresh,) = client.get(f"/v2/artworks/{created['id']}").json()["results"]
    assert client.get(fresh).status_code == 200

    tengr.expire()
    answer = client.get(f"/v2/artworks/{created['id']}")
    assert (answer.status_code, answer.json()["message"]) == (404, "Artwork not found")
    assert client.get(fresh).status_code == 404


def test_too_many_requests_say_when_to_come_again(
    client: httpx.Client, tengr: TengrService
) -> None:
    limit = refused(429, "ThrottlerException: Too Many Requests", Retry_After="60")
    tengr.fault("POST", "answer", answer=limit)
    answer = client.post(CREATE, json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert client.post(CREATE, json={}).status_code == 400
