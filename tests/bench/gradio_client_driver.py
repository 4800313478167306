"""The peer of `bench_fetch`: the official client making the same calls, in its own environment.

Called with the server's address, how many rounds, a folder for what it downloads, and the
pictures. Says as JSON how long each round took, from the first request to the last file.
"""

import json
import sys
import time
from pathlib import Path

from gradio_client import Client, handle_file


def fetch(url: str, folder: Path, pictures: list[str]) -> None:
    client = Client(url, download_files=str(folder), verbose=False, analytics_enabled=False)
    files = [handle_file(path) for path in pictures]
    uploaded = client.predict(None, files, 10, api_name="/handle_uploads")
    client.predict(target_dir=uploaded[1], num_max_points=1000, api_name="/gradio_demo")
    for number in range(2, len(pictures) + 1):
        client.predict(f"View {number}", api_name="/lambda_4")


def main(url: str, rounds: str, folder: str, *pictures: str) -> None:
    times_s = []
    for number in range(int(rounds)):
        started_s = time.perf_counter()
        fetch(url, Path(folder, str(number)), list(pictures))
        times_s.append(time.perf_counter() - started_s)
    sys.stdout.write("\n" + json.dumps(times_s) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
