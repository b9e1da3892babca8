"""OpenSSH's `sftp`, and paramiko: upload with rename, download, receipts."""

import json
import socket
import subprocess
import uuid

import paramiko
import pytest

from conftest import RECEIVER, SENDER, largest_letter, letter, begin_peak, peak, reset, until

# What the exchange may take beyond what it took before, in bytes.
GROWTH = 64 * 1024 * 1024


class Sftp:
    """An SFTP session of one system with paramiko."""

    def __init__(self, town, name):
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(town.country["knownHosts"])
        host, port = town.sftp
        key = town.system(name)["sshKey"]
        self.client.connect(
            host, port, name, key_filename=key, allow_agent=False, look_for_keys=False
        )
        self.sftp = self.client.open_sftp()

    def __enter__(self):
        return self.sftp

    def __exit__(self, *_):
        self.client.close()


def openssh(town, name, *commands):
    """Runs commands with OpenSSH's `sftp`."""
    host, port = town.sftp
    call = ["sftp", "-b", "-", "-P", str(port), "-i", town.system(name)["sshKey"]]
    call += ["-o", "UserKnownHostsFile=" + town.country["knownHosts"]]
    call += ["-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", f"{name}@{host}"]
    done = subprocess.run(
        call, input="\n".join(commands), capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def receipt_of(sftp, message):
    """The business receipt of a message, once it is there."""

    def look():
        names = sftp.listdir("/receipts/business")
        return next((name for name in names if message in name), None)

    name = until(look)
    with sftp.open("/receipts/business/" + name) as file:
        return name, json.load(file)


def test_a_letter_goes_all_the_way_with_paramiko(town, new_uuid, tmp_path):
    text = letter(new_uuid)
    with Sftp(town, SENDER) as sftp:
        with sftp.open(f"/memo/upload/{new_uuid}.xml.part", "wb") as file:
            file.write(text)
        assert sftp.stat(f"/memo/upload/{new_uuid}.xml.part").st_size == len(text)
        sftp.rename(f"/memo/upload/{new_uuid}.xml.part", f"/memo/upload/{new_uuid}.xml")

        technical = f"/receipts/technical/{new_uuid}.xml.receipt.json"
        until(lambda: f"{new_uuid}.xml.receipt.json" in sftp.listdir("/receipts/technical"))
        with sftp.open(technical) as file:
            received = json.load(file)
        assert received["receiptStatus"] == "RECEIVED"
        assert f"{new_uuid}.xml" not in sftp.listdir("/memo/upload")

        name, business = receipt_of(sftp, new_uuid)
        assert business["receiptStatus"] == "COMPLETED"
        assert name == f"{received['transmissionId']}_{new_uuid}.json"
        sftp.remove("/receipts/business/" + name)
        sftp.remove(technical)
        assert name not in sftp.listdir("/receipts/business")

    with Sftp(town, RECEIVER) as sftp:
        assert f"{new_uuid}.xml" in sftp.listdir("/memo/download")
        sftp.get(f"/memo/download/{new_uuid}.xml", str(tmp_path / "letter.xml"))
        assert (tmp_path / "letter.xml").read_text() == text
        sftp.remove(f"/memo/download/{new_uuid}.xml")
        assert f"{new_uuid}.xml" not in sftp.listdir("/memo/download")


def test_a_letter_goes_all_the_way_with_openssh(town, new_uuid, tmp_path):
    sent, got, answer = tmp_path / "a.xml", tmp_path / "b.xml", tmp_path / "answer.json"
    sent.write_text(letter(new_uuid))
    upload = f"/memo/upload/{new_uuid}.xml"
    code, _, said = openssh(
        town, SENDER, f"put {sent} {upload}.part", f"rename {upload}.part {upload}"
    )
    assert code == 0, said
    with Sftp(town, SENDER) as sftp:
        name, _ = receipt_of(sftp, new_uuid)
    code, _, said = openssh(town, SENDER, f"rm /receipts/business/{name}")
    assert code == 0, said

    code, _, said = openssh(town, RECEIVER, f"get /memo/download/{new_uuid}.xml {got}")
    assert code == 0, said
    assert got.read_bytes() == sent.read_bytes()
    # The receiver refuses it, and the sender hears of it.
    answer.write_text(json.dumps({"receiptStatus": "INVALID", "errorCode": "egen.fejl"}))
    answers = f"/receipts/upload/{new_uuid}.json"
    code, _, said = openssh(
        town, RECEIVER, f"put {answer} {answers}.part", f"rename {answers}.part {answers}"
    )
    assert code == 0, said
    with Sftp(town, SENDER) as sftp:
        name, refused = receipt_of(sftp, new_uuid)
        assert (refused["receiptStatus"], refused["errorCode"]) == ("INVALID", "egen.fejl")
        sftp.remove("/receipts/business/" + name)
    with Sftp(town, RECEIVER) as sftp:
        assert f"{new_uuid}.xml" not in sftp.listdir("/memo/download")


def test_a_file_with_its_final_name_is_taken_in_some_seconds_after_it_was_closed(town, new_uuid):
    with Sftp(town, SENDER) as sftp:
        with sftp.open(f"/memo/upload/{new_uuid}.xml", "wb") as file:
            file.write(letter(new_uuid))
        assert f"{new_uuid}.xml" in sftp.listdir("/memo/upload")
        name, _ = receipt_of(sftp, new_uuid)
        sftp.remove("/receipts/business/" + name)
        assert f"{new_uuid}.xml" not in sftp.listdir("/memo/upload")


def test_what_cannot_be_read_is_put_aside_with_the_reason(town):
    name = f"{uuid.uuid4()}.xml"
    with Sftp(town, SENDER) as sftp:
        with sftp.open(f"/memo/upload/{name}.part", "wb") as file:
            file.write(b"%PDF-1.7 is no letter")
        sftp.rename(f"/memo/upload/{name}.part", f"/memo/upload/{name}")
        until(lambda: f"{name}.error.json" in sftp.listdir("/memo/rejected"))
        with sftp.open(f"/memo/rejected/{name}.error.json") as file:
            error = json.load(file)
        assert error["code"] == "content.type.not.supported"
        with sftp.open(f"/memo/rejected/{name}") as file:
            assert file.read() == b"%PDF-1.7 is no letter"
        for ending in ["", ".error.json"]:
            sftp.remove(f"/memo/rejected/{name}{ending}")
        with sftp.open("/memo/upload/never-finished.xml.part", "wb") as file:
            file.write(b"<a/>")
        assert "never-finished.xml.part" in sftp.listdir("/memo/upload")
        sftp.remove("/memo/upload/never-finished.xml.part")


def test_no_path_leads_out_of_the_folders(town):
    with Sftp(town, SENDER) as sftp:
        assert sftp.normalize("../../etc/passwd") == "/etc/passwd"
        for path in [
            "/etc/passwd",
            "../../../../etc/passwd",
            "/memo/upload/../../../etc/passwd",
            "/memo/upload/..",
            "/memo/upload/a\\..\\b.xml",
            "/memo/upload/.hidden.xml",
            "/memo/upload/a\u202elmx.xml",
            "/memo/upload/sub/a.xml",
            "/memo/download/a.xml",
            "/receipts/business/a.json",
            "/memo/upload/" + "a" * 300 + ".xml",
            "/a.xml",
            "//",
        ]:
            for way in [lambda p: sftp.open(p, "wb"), lambda p: sftp.open(p, "rb"), sftp.remove]:
                with pytest.raises(IOError):
                    way(path)
        with sftp.open("/memo/upload/a.xml.part", "wb") as file:
            file.write(b"<a/>")
        for target in ["/receipts/upload/a.json", "/memo/a.xml", "../a.xml", "/memo/rejected/a"]:
            with pytest.raises(IOError):
                sftp.rename("/memo/upload/a.xml.part", target)
        for way in [sftp.mkdir, sftp.rmdir, sftp.readlink]:
            with pytest.raises(IOError):
                way("/memo/upload")
        with pytest.raises(IOError):
            sftp.symlink("/etc/passwd", "/memo/upload/link.xml")
        sftp.remove("/memo/upload/a.xml.part")


def test_a_system_sees_its_own_files_alone_and_writes_what_it_may(town, new_uuid):
    with Sftp(town, SENDER) as sftp:
        with sftp.open(f"/memo/upload/{new_uuid}.part", "wb") as file:
            file.write(b"x")
        with pytest.raises(IOError):
            sftp.open("/receipts/upload/a.json", "wb")
    with Sftp(town, "fyrtaarn-afsender") as sftp:
        assert sftp.listdir("/memo/upload") == []
        with pytest.raises(IOError):
            sftp.open(f"/memo/upload/{new_uuid}.part", "rb")
    with Sftp(town, RECEIVER) as sftp:
        with pytest.raises(IOError):
            sftp.open("/memo/upload/a.xml", "wb")
    with Sftp(town, SENDER) as sftp:
        sftp.remove(f"/memo/upload/{new_uuid}.part")


def test_a_file_is_written_whole_or_not_at_all(town):
    with Sftp(town, SENDER) as sftp:
        with sftp.open("/memo/upload/gap.xml.part", "wb") as file:
            file.seek(10)
            with pytest.raises(IOError):
                file.write(b"after a gap")
                file.flush()
                file.close()
        assert "gap.xml.part" not in sftp.listdir("/memo/upload")
        with pytest.raises(IOError):
            sftp.open("/memo/upload/gap.xml.part", "ab")

    # The connection breaks before the file is closed.
    broken = Sftp(town, SENDER)
    file = broken.sftp.open("/memo/upload/broken.xml", "wb")
    file.write(b"<half")
    file.flush()
    broken.client.get_transport().sock.shutdown(socket.SHUT_RDWR)
    with Sftp(town, SENDER) as sftp:
        assert "broken.xml" not in sftp.listdir("/memo/upload")


def test_a_session_ends_when_the_country_is_replaced_and_nothing_of_it_comes_into_the_new_one(
    town, new_uuid
):
    before = Sftp(town, SENDER)
    file = before.sftp.open(f"/memo/upload/{new_uuid}.xml.part", "wb")
    file.write(letter(new_uuid))
    file.flush()
    reset(town)
    with pytest.raises((OSError, EOFError, paramiko.SSHException)):
        file.close()
        before.sftp.listdir("/memo/upload")
    before.client.close()
    with Sftp(town, SENDER) as sftp:
        assert sftp.listdir("/memo/upload") == []
        with sftp.open(f"/memo/upload/{new_uuid}.xml.part", "wb") as file:
            file.write(letter(new_uuid))
        sftp.rename(f"/memo/upload/{new_uuid}.xml.part", f"/memo/upload/{new_uuid}.xml")
        name, business = receipt_of(sftp, new_uuid)
        assert business["receiptStatus"] == "COMPLETED"
        sftp.remove("/receipts/business/" + name)


def test_only_the_registered_key_opens_the_door(town, tmp_path):
    host, port = town.sftp
    client = paramiko.SSHClient()
    client.load_host_keys(town.country["knownHosts"])
    other = town.system(RECEIVER)["sshKey"]
    for arguments in [
        {"username": SENDER, "password": "hemmelig"},
        {"username": SENDER, "key_filename": other},
        {"username": "nobody", "key_filename": other},
    ]:
        with pytest.raises(paramiko.SSHException):
            client.connect(
                host, port, allow_agent=False, look_for_keys=False, **arguments
            )
    # Neither a shell nor a command nor a way through.
    with_key = Sftp(town, SENDER).client
    for way in [lambda: with_key.exec_command("id"), with_key.invoke_shell]:
        with pytest.raises(paramiko.SSHException):
            way()
    with pytest.raises(paramiko.SSHException):
        with_key.get_transport().open_channel("direct-tcpip", ("127.0.0.1", 1), ("127.0.0.1", 2))


def test_handles_and_connections_are_bounded(town):
    with Sftp(town, SENDER) as sftp:
        held = []
        with pytest.raises(IOError):
            for number in range(200):
                held.append(sftp.open(f"/memo/upload/{number}.part", "wb"))
        assert 1 <= len(held) <= 64
    connections = []
    with pytest.raises(paramiko.SSHException):
        for _ in range(100):
            connections.append(Sftp(town, SENDER))
    assert 1 <= len(connections) <= 32
    for connection in connections:
        connection.client.close()
    # And the door is open again.
    until(lambda: _opens(town))


def _opens(town):
    try:
        with Sftp(town, SENDER) as sftp:
            return sftp.listdir("/")
    except paramiko.SSHException:
        return None


def test_the_list_of_who_is_registered_is_fetched(town):
    with Sftp(town, SENDER) as sftp:
        (name,) = sftp.listdir("/tilmeldingsliste")
        with sftp.open("/tilmeldingsliste/" + name) as file:
            lines = file.read().decode().splitlines()
    assert lines[0].startswith("idType;id;digitalPost")
    registered, exempt = town.person("REGISTERED"), town.person("EXEMPT")
    assert any(line.startswith(f"CPR;{registered['cpr']};true") for line in lines)
    assert any(line.startswith(f"CPR;{exempt['cpr']};false") for line in lines)
    with Sftp(town, RECEIVER) as sftp:
        assert sftp.listdir("/tilmeldingsliste") == []


def test_the_largest_letter_goes_in_and_out_in_little_memory(town, new_uuid, tmp_path):
    sent, got = tmp_path / "sent.xml", tmp_path / "got.xml"
    largest_letter(sent, new_uuid)
    begin_peak(town.pid)
    upload = f"/memo/upload/{new_uuid}.xml"
    code, _, said = openssh(
        town, SENDER, f"put {sent} {upload}.part", f"rename {upload}.part {upload}"
    )
    assert code == 0, said
    with Sftp(town, SENDER) as sftp:
        name, business = receipt_of(sftp, new_uuid)
        assert business["receiptStatus"] == "COMPLETED", business
        sftp.remove("/receipts/business/" + name)
    code, _, said = openssh(
        town,
        RECEIVER,
        f"get /memo/download/{new_uuid}.xml {got}",
        f"rm /memo/download/{new_uuid}.xml",
    )
    assert code == 0, said
    grown = peak(town.pid) - town.idle
    print(f"SFTP in and out: {grown // 1024} KiB above {town.idle // 1024} KiB when idle")
    assert got.read_bytes() == sent.read_bytes()
    assert grown < GROWTH
