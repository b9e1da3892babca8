"""The public Python client python-serviceplatformen, unchanged but for the addresses it calls."""

import base64
import json
import os
import pathlib
import subprocess
import uuid
from datetime import datetime
from xml.etree import ElementTree

import pytest
import requests
from python_serviceplatformen import digital_post, message_broker
from python_serviceplatformen.authentication import KombitAccess
from python_serviceplatformen.models import xml_util
from python_serviceplatformen.models.message import (
    File,
    MainDocument,
    Message,
    MessageBody,
    MessageHeader,
    Recipient,
    Sender,
)
from python_serviceplatformen.models.physical_mail import (
    AfsendelseIdentifikator,
    AfsendelseModtager,
    CountryIdentificationCode,
    CountryIdentificationSchemeType,
    CPRnummerIdentifikator,
    DokumentParametre,
    FilformatNavn,
    ForsendelseI,
    ForsendelseISamling,
    ForsendelseModtager,
    ForsendelseTypeIdentifikator,
    KombiRequest,
    MeddelelseIndholdData,
    ModtagerAdresse,
    PersonName,
    PostCodeIdentifier,
    StreetBuildingIdentifier,
    StreetName,
    TitelTekst,
    TransaktionsParametreI,
)
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from conftest import (
    LARGEST, RECEIVER, SENDER, begin_peak, largest_letter, letter, peak, reset, until,
)

STATUS = "{http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types}"
GROWTH = 64 * 1024 * 1024
PDF = b"%PDF-1.4 et opdigtet brev"
HOSTS = [
    "https://exttest.serviceplatformen.dk",
    "https://n2adgangsstyring.eksterntest-stoettesystemerne.dk",
]


@pytest.fixture(scope="module")
def access(town, tmp_path_factory):
    """The client's key to the facade, its addresses led to the exchange under test."""
    system = town.system(SENDER)
    unified = tmp_path_factory.mktemp("certificate") / "unified.pem"
    parts = [pathlib.Path(system[part]).read_text() for part in ("certificate", "key")]
    unified.write_text("".join(parts))

    ask = requests.Session.request

    def ask_here(session, method, url, **rest):
        for host in HOSTS:
            url = url.replace(host, town.https)
        return ask(session, method, url, **rest)

    host, port = town.country["amqp"].rsplit(":", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "request", ask_here)
        patch.setattr(message_broker, "TEST_HOST", host)
        patch.setattr(message_broker, "PORT", int(port))
        patch.setenv("REQUESTS_CA_BUNDLE", town.authority)
        patch.setenv("SSL_CERT_FILE", town.authority)
        yield KombitAccess(cvr="12345678", cert_path=str(unified), test=True)


def message(recipient, message_type="DIGITALPOST", notification=None):
    """A message to a person."""
    body = None
    if message_type == "DIGITALPOST":
        file = File(
            encodingFormat="text/plain",
            filename="Besked.txt",
            language="da",
            content=base64.b64encode("Hej på dig".encode()).decode(),
        )
        body = MessageBody(
            createdDateTime=datetime.now(), mainDocument=MainDocument(files=[file])
        )
    return Message(
        messageHeader=MessageHeader(
            messageType=message_type,
            messageUUID=str(uuid.uuid4()),
            label="Besked om æbler & pærer",
            notification=notification,
            sender=Sender(senderID="12345678", idType="CVR", label="Tusindfryd Kommune"),
            recipient=Recipient(recipientID=recipient, idType="CPR"),
        ),
        messageBody=body,
    )


def paper():
    """A letter on paper."""
    return ForsendelseI(
        afsendelse_identifikator=AfsendelseIdentifikator(value=str(uuid.uuid4())),
        forsendelse_type_identifikator=ForsendelseTypeIdentifikator(value=265),
        forsendelse_modtager=ForsendelseModtager(
            afsendelse_modtager=AfsendelseModtager(
                cpr_nummer_identifikator=CPRnummerIdentifikator(value="0000000000")
            ),
            modtager_adresse=ModtagerAdresse(
                person_name=PersonName(value="Holger Stenpikker"),
                street_name=StreetName(value="Strandvejen"),
                street_building_identifier=StreetBuildingIdentifier(value="3"),
                post_code_identifier=PostCodeIdentifier(value="2300"),
                country_identification_code=CountryIdentificationCode(
                    value="DK", scheme=CountryIdentificationSchemeType.ISO3166_ALPHA2
                ),
            ),
        ),
        filformat_navn=FilformatNavn(value="PDF"),
        meddelelse_indhold_data=MeddelelseIndholdData(value=PDF),
        transaktions_parametre_i=TransaktionsParametreI(),
        dokument_parametre=DokumentParametre(titel_tekst=TitelTekst(value="Et brev")),
    )


def statuses(town, access, acknowledge=True):
    """Every status message that waits, as the client fetches them."""
    queue = town.system(SENDER)["id"]
    found = []
    for body in message_broker.iterate_queue_messages(queue, access, acknowledge):
        envelope = ElementTree.fromstring(body)
        data = next(e for e in envelope.iter() if e.tag.endswith("}Base64")).text
        status = ElementTree.fromstring(base64.b64decode(data))
        assert status.tag == STATUS + "PKO_PostStatus"
        found.append({e.tag.removeprefix(STATUS): e.text for e in status.iter()})
    return found


def status_of(town, access, transaction):
    """The status message of a call."""
    seen = []

    def look():
        seen.extend(statuses(town, access))
        return next((s for s in seen if s.get("CorrelationId") == transaction), None)

    return until(look)


def kombi(town, access, body, path="kombi", transaction=None):
    """Calls KombiPostAfsend as other clients do."""
    token = access.get_access_token("http://entityid.kombit.dk/service/kombipostafsend/1")
    headers = {
        "Authorization": token,
        "x-TransaktionsId": transaction or str(uuid.uuid4()),
        "x-TransaktionsTid": "2026-03-02T10:00:00Z",
        "Content-Type": "application/xml",
    }
    url = f"{town.https}/service/KombiPostAfsend_1/{path}"
    return requests.post(url, data=body, headers=headers, cert=access.cert_path, timeout=120)


def combined(choice, message_xml, forsendelse):
    """A request with both parts, as clients write it that let the exchange choose."""
    serializer = XmlSerializer(context=XmlContext(), config=SerializerConfig(xml_declaration=False))
    samling = ForsendelseISamling(forsendelse_i=forsendelse)
    text = serializer.render(KombiRequest(kombi_valg_kode=choice, forsendelse_i_samling=samling))
    marker = "</KombiValgKode>"
    assert marker in text
    return text.replace(marker, marker + message_xml).encode()


def test_who_can_be_reached_is_looked_up(town, access):
    for status, expected in [("REGISTERED", True), ("EXEMPT", False), ("CLOSED", False)]:
        cpr = town.person(status)["cpr"]
        assert digital_post.is_registered(cpr, "digitalpost", access) is expected, status
    assert digital_post.is_registered("2905619999", "digitalpost", access) is False
    assert digital_post.is_registered("33445566", "digitalpost", access) is True
    assert digital_post.is_registered("22334455", "digitalpost", access) is True
    for person in town.country["people"][:5]:
        expected = person.get("nemsms") is not None
        assert digital_post.is_registered(person["cpr"], "nemsms", access) is expected


def test_digital_post_arrives_and_its_status_comes_back(town, access):
    sent = message(town.person("REGISTERED")["cpr"])
    transaction = digital_post.send_message("Digital Post", sent, access)
    status = status_of(town, access, transaction)
    assert status["TransaktionsStatusKode"] == "Afleveret Digital Post"
    assert status["KanalKode"] == "Digital Post"
    assert status["MessageUUID"] == sent.messageHeader.messageUUID
    assert statuses(town, access) == [], "each is told once"


def test_digital_post_to_somebody_exempt_fails_with_the_reason(town, access):
    sent = message(town.person("EXEMPT")["cpr"])
    transaction = digital_post.send_message("Digital Post", sent, access)
    status = status_of(town, access, transaction)
    assert status["TransaktionsStatusKode"] == "Fejlet"
    assert status["FejlKode"] == "recipient.is.exempt"
    assert status["FejlTekst"]


def test_a_nemsms_is_sent_and_answered(town, access):
    people = town.country["people"]
    person = next((p for p in people if p.get("nemsms")), town.person("REGISTERED"))
    sent = message(person["cpr"], "NEMSMS", "Husk din tid i morgen kl. 10")
    transaction = digital_post.send_message("NemSMS", sent, access)
    status = status_of(town, access, transaction)
    assert status["KanalKode"] == "NemSMS"
    if person.get("nemsms"):
        assert status["TransaktionsStatusKode"] == "Afleveret NemSMS"
    else:
        assert status["TransaktionsStatusKode"] == "Fejlet"
        assert status["FejlKode"] == "recipient.nemsms.not.registered"


def test_a_letter_on_paper_is_dropped_as_files(town, access):
    sent = paper()
    transaction = digital_post.send_physical_mail(sent, access)
    status = status_of(town, access, transaction)
    assert status["TransaktionsStatusKode"] == "Afleveret Fysisk Post"
    assert status["KanalKode"] == "Fysisk Post"
    assert status["AfsendelseIdentifikator"] == sent.afsendelse_identifikator.value
    job, folder = dropped(town, sent)
    assert job["transmissionId"] == status["TransmissionId"]
    assert (folder / job["files"][0]).read_bytes() == PDF
    fields = {field["path"]: field["text"] for field in job["fields"]}
    assert fields["ForsendelseModtager/ModtagerAdresse/PersonName"] == "Holger Stenpikker"
    assert fields["DokumentParametre/TitelTekst"] == "Et brev"


def dropped(town, sent):
    """The job of a letter, and its folder; `None` when there is none."""
    for folder in pathlib.Path(town.country["printFolder"]).glob("*"):
        if folder.suffix == ".part":
            continue  # still being written
        job = json.loads((folder / "job.json").read_text())
        if job["afsendelseIdentifikator"] == sent.afsendelse_identifikator.value:
            return job, folder
    return None


def test_the_exchange_chooses_between_digital_post_and_paper(town, access):
    for status, expected in [
        ("REGISTERED", "Afleveret Digital Post"),
        ("EXEMPT", "Afleveret Fysisk Post"),
    ]:
        xml = xml_util.dataclass_to_xml_string(message(town.person(status)["cpr"]))
        sent, transaction = paper(), str(uuid.uuid4())
        body = combined("Automatisk Valg", xml, sent)
        answer = kombi(town, access, body, transaction=transaction)
        assert answer.status_code == 200, answer.text
        assert "<Result>true</Result>" in answer.text
        assert status_of(town, access, transaction)["TransaktionsStatusKode"] == expected
        assert (dropped(town, sent) is not None) is (status == "EXEMPT")
        # Sent again, it is the same letter.
        again = kombi(town, access, body, transaction=transaction)
        assert again.status_code == 200, again.text


def test_a_status_that_is_not_acknowledged_stays(town, access):
    sent = message(town.person("REGISTERED")["cpr"])
    digital_post.send_message("Digital Post", sent, access)
    own = sent.messageHeader.messageUUID
    until(lambda: any(s.get("MessageUUID") == own for s in statuses(town, access, False)))
    assert any(s.get("MessageUUID") == own for s in statuses(town, access, False))
    assert any(s.get("MessageUUID") == own for s in statuses(town, access, True))
    assert statuses(town, access) == []


def test_a_connection_to_a_queue_ends_when_the_country_is_replaced(town, access):
    import pika  # pylint: disable=import-outside-toplevel

    letters = [message(town.person("REGISTERED")["cpr"]) for _ in range(2)]
    for one in letters:
        digital_post.send_message("Digital Post", one, access)
    own = {one.messageHeader.messageUUID for one in letters}
    until(lambda: own <= {s.get("MessageUUID") for s in statuses(town, access, False)})
    folder = pathlib.Path(town.country["printFolder"])
    printed = paper()
    digital_post.send_physical_mail(printed, access)
    until(lambda: dropped(town, printed))
    queue = town.system(SENDER)["id"]
    open_before = message_broker.iterate_queue_messages(queue, access, False)
    next(open_before)
    reset(town)
    with pytest.raises(pika.exceptions.AMQPError):
        next(open_before)
    after = {s.get("MessageUUID") for s in statuses(town, access)}
    assert not own & after, "the new country has not sent them"
    assert not folder.is_dir() or not list(folder.iterdir()), "and printed nothing"


def test_what_is_wrong_is_refused_and_says_why(town, access):
    good = "<kombi_request><KombiValgKode>Digital Post</KombiValgKode>{}</kombi_request>"
    for body, status, code in [
        (b"", 400, "body.empty"),
        (b"no xml", 400, "kombi.request.invalid"),
        (b"<kombi_request/>", 400, "kombi.request.invalid"),
        (good.format("").encode(), 400, "kombi.part.missing"),
        (good.format("<Message>").encode(), 400, "kombi.request.invalid"),
        (b"<!DOCTYPE x><kombi_request/>", 400, "kombi.request.invalid"),
        (b"<kombi_request><KombiValgKode/></kombi_request>", 400, "kombi.request.invalid"),
    ]:
        answer = kombi(town, access, body)
        assert answer.status_code == status, (body, answer.text)
        assert f"<FejlId>{code}</FejlId>" in answer.text, (body, answer.text)
        assert "<Result>false</Result>" in answer.text


def test_only_the_holder_of_the_certificate_uses_a_token(town, access):
    service = "http://entityid.kombit.dk/service/postforespoerg/1"
    token = access.get_access_token(service)
    url = f"{town.https}/service/PostForespoerg_1/digitalpost?cvrNumber=33445566"
    headers = {"Authorization": token, "x-TransaktionsId": str(uuid.uuid4())}
    own = (town.system(SENDER)["certificate"], town.system(SENDER)["key"])
    other = (town.system(RECEIVER)["certificate"], town.system(RECEIVER)["key"])

    def ask(cert, **changed):
        return requests.get(url, headers={**headers, **changed}, cert=cert, timeout=10).status_code

    assert ask(own) == 200
    assert ask(other) == 401
    assert ask(None) == 401
    assert ask(own, Authorization=token + "x") == 401
    sending = access.get_access_token("http://entityid.kombit.dk/service/kombipostafsend/1")
    assert ask(own, Authorization=sending) == 401, "a token is for one service"
    assert ask(own, **{"x-TransaktionsId": "7"}) == 400
    with pytest.raises(ValueError):
        KombitAccess("22334455", access.cert_path, test=True).get_access_token(service)
    with pytest.raises(ValueError):
        access.get_access_token("http://entityid.kombit.dk/service/another/1")


def test_a_queue_is_its_own_systems_alone(town, access):
    import pika  # pylint: disable=import-outside-toplevel

    with pytest.raises(pika.exceptions.ChannelClosedByBroker):
        list(message_broker.iterate_queue_messages(town.system(RECEIVER)["id"], access))
    wrong = KombitAccess("12345678", access.cert_path, test=True)
    wrong.get_saml_token = lambda _: base64.b64encode(b"<saml/>").decode()
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        list(message_broker.iterate_queue_messages(town.system(SENDER)["id"], wrong))


def test_the_largest_letter_goes_in_and_comes_out_byte_for_byte(town, access, new_uuid, tmp_path):
    sent, got = tmp_path / "sent.xml", tmp_path / "got.xml"
    largest_letter(sent, new_uuid)
    # A declaration stands before a document alone.
    body = sent.read_bytes().split(b"?>\n", 1)[1].rstrip(b"\n")
    start = b"<kombi_request><KombiValgKode>Digital Post</KombiValgKode>"

    def pieces():
        yield start
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]
        yield b"</kombi_request>"

    access.get_access_token("http://entityid.kombit.dk/service/kombipostafsend/1")
    transaction = str(uuid.uuid4())
    begin_peak(town.pid)
    answer = kombi(town, access, pieces(), path="memos", transaction=transaction)
    assert answer.status_code == 200, answer.text
    status = status_of(town, access, transaction)
    assert status["TransaktionsStatusKode"] == "Afleveret Digital Post", status

    receiver = town.system(RECEIVER)
    url = f"{town.https}/apis/v1/memos/{new_uuid}"
    call = ["curl", "-sSf", "--cacert", town.authority, "--cert", receiver["certificate"]]
    call += ["--key", receiver["key"], "-H", f"Authorization: {receiver['authorization']}"]
    subprocess.run([*call, url, "-o", str(got)], check=True, timeout=120)
    subprocess.run([*call, "-X", "DELETE", url], check=True, timeout=60)
    grown = peak(town.pid) - town.idle
    print(f"facade: {grown // 1024} KiB above {town.idle // 1024} KiB when idle")
    assert got.read_bytes() == body
    assert len(body) > LARGEST - 100
    assert grown < GROWTH
