"""Clients that others wrote, against a running exchange; `scripts/client-tests` starts it."""

import json
import os
import pathlib
import time
import urllib.request
import uuid

import pytest

SENDER = "tusindfryd-afsender"
RECEIVER = "fyrtaarn-modtager"
RECEIVER_CVR = "22334455"


class Town:
    """The invented country of the exchange under test."""

    def __init__(self, base_url):
        with urllib.request.urlopen(base_url + "/testing/country") as answer:
            self.country = json.load(answer)
        self.base_url = base_url
        self.https = self.country["https"]
        self.authority = self.country["certificateAuthority"]
        # What it takes before anybody has called.
        self.idle = _status(self.pid, "VmRSS:")

    def system(self, name):
        """A system by its name."""
        systems = [s for o in self.country["organisations"] for s in o["systems"]]
        return next(s for s in systems if s["name"] == name)

    def person(self, status):
        """The first person of this status."""
        return next(p for p in self.country["people"] if p["status"] == status)

    @property
    def sftp(self):
        """Host and port of the SFTP door."""
        host, port = self.country["sftp"].rsplit(":", 1)
        return host, int(port)

    @property
    def pid(self):
        """Process of the exchange."""
        return int(os.environ["SERVER_PID"])


def begin_peak(pid):
    """Begins measuring anew the most memory a process takes."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid):
    """The most memory it took since, in bytes."""
    return _status(pid, "VmHWM:")


def _status(pid, name):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024


def letter(message_uuid, recipient=RECEIVER_CVR, id_type="CVR", content="SGVq"):
    """A letter from the sending authority."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
  <memo:MessageHeader>
    <memo:messageType>DIGITALPOST</memo:messageType>
    <memo:messageUUID>{message_uuid}</memo:messageUUID>
    <memo:label>Pladsanvisning</memo:label>
    <memo:Sender>
      <memo:senderID>12345678</memo:senderID>
      <memo:idType>CVR</memo:idType>
      <memo:label>Tusindfryd Kommune</memo:label>
    </memo:Sender>
    <memo:Recipient>
      <memo:recipientID>{recipient}</memo:recipientID>
      <memo:idType>{id_type}</memo:idType>
    </memo:Recipient>
  </memo:MessageHeader>
  <memo:MessageBody>
    <memo:createdDateTime>2026-03-02T09:00:00Z</memo:createdDateTime>
    <memo:MainDocument>
      <memo:File>
        <memo:encodingFormat>text/plain</memo:encodingFormat>
        <memo:filename>Brev.txt</memo:filename>
        <memo:language>da</memo:language>
        <memo:content>{content}</memo:content>
      </memo:File>
    </memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"""


LARGEST = 99_500_000


def largest_letter(path, message_uuid):
    """Writes a letter of exactly the largest size."""
    start, end = letter(message_uuid, content="SPLIT").encode().split(b"SPLIT")
    left = LARGEST - len(start) - len(end)
    content, padding = left // 4 * 4, left % 4
    piece = b"QUJD" * 25_000
    with open(path, "wb") as file:
        file.write(start)
        for _ in range(content // len(piece)):
            file.write(piece)
        file.write(piece[: content % len(piece)])
        file.write(end + b"\n" * padding)
    assert path.stat().st_size == LARGEST


def until(what, seconds=60):
    """Asks again and again until there is an answer."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def reset(town):
    """Puts the country back to its first day; tokens and certificates stay."""
    call = urllib.request.Request(town.base_url + "/testing/reset", method="POST")
    with urllib.request.urlopen(call) as answer:
        assert answer.status == 204


@pytest.fixture(scope="session")
def town():
    """The country of the exchange that runs for these tests."""
    return Town(os.environ["BASE_URL"])


@pytest.fixture
def new_uuid():
    """A new UUID."""
    return str(uuid.uuid4())
