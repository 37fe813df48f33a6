"""POST /metadata-imports: a look at each row, or a batch that carries the table out."""

from io import BytesIO

import openpyxl

from application.metadata_import import MAX_ROWS_OF_REQUEST
from tests.entrypoints.http.conftest import V1, Service, problem

IMPORTS = f"{V1}/metadata-imports"


def test_a_table_is_looked_through_and_then_carried_out_once(service: Service) -> None:
    one = service.editor.recording()["id"]
    service.work()
    table = f"id,title,add_tags,field.n\n{one},Owl,night,7\nnobody,x,,\n".encode()
    planned = service.editor.post(IMPORTS, data=table, content_type="text/csv")
    assert planned.status_code == 200
    told = planned.get_json()
    assert (told["changes"], told["unchanged"], told["wrong"], told["job"]) == (1, 0, 1, None)
    assert told["rows"][0]["changes"]["fields.n"] == "nothing → 7"
    assert [(row["row"], row["failure"]["code"]) for row in told["wrong_rows"]] == [(3, "not-found")]

    refused = service.editor.post(f"{IMPORTS}?dry_run=false", data=table, content_type="text/csv")
    assert problem(refused, 400, "invalid")["rows"] == [{"row": 3, "why": told["wrong_rows"][0]["failure"]["detail"]}]

    wanted = {"data": table, "content_type": "text/csv", "headers": {"Idempotency-Key": "once"}}
    made = service.editor.post(f"{IMPORTS}?dry_run=false&partial=true", **wanted)
    assert made.status_code == 202
    job = made.get_json()["job"]
    assert made.headers["Location"] == job["links"]["self"]
    service.work()
    assert service.editor.get(made.headers["Location"]).get_json()["status"] == "succeeded"
    recording = service.editor.get(f"{V1}/recordings/{one}").get_json()
    assert (recording["title"], recording["tags"], recording["fields"]) == ("Owl", ["night"], {"n": 7})


def test_a_sheet_comes_as_a_form(service: Service) -> None:
    one = service.editor.recording()["id"]
    book, kept = openpyxl.Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "title"])
    sheet.append([one, "Owl"])
    book.save(kept)
    answer = service.editor.post(IMPORTS, data={"file": (BytesIO(kept.getvalue()), "book.xlsx")})
    assert answer.get_json()["changes"] == 1


def test_what_is_no_table_is_refused(service: Service) -> None:
    problem(service.editor.post(IMPORTS, data=b"\xff\xfe\x00", content_type="text/csv"), 400, "invalid")
    problem(service.editor.post(IMPORTS, data=b"id,colour\nx,red\n", content_type="text/csv"), 400, "invalid")


def test_a_request_takes_no_more_rows_than_can_be_waited_for(service: Service) -> None:
    rows = "".join(f"r{n},Owl\n" for n in range(MAX_ROWS_OF_REQUEST + 1))
    told = problem(
        service.editor.post(IMPORTS, data=f"id,title\n{rows}".encode(), content_type="text/csv"), 413, "too-large"
    )
    assert told["limit_rows"] == MAX_ROWS_OF_REQUEST
    said = service.nobody.get("/openapi.json").get_json()["paths"][IMPORTS]["post"]["description"]
    assert f"At most {MAX_ROWS_OF_REQUEST:,} rows" in said
