"""Examples of the OpenAPI file, by the name of the shape; a test holds each against its schema.

People in them are invented. Dates fit together: received on Monday, due on Thursday.
"""

_APPLICANT = {
    "full_name": "Nguyễn Thị Ví Dụ",
    "id_number": "040000000001",
    "phone": "0900000001",
    "email": "vi.du@congdan.example",
    "notice_channels": ["email"],
}
_COMPONENTS = [
    {"component": 101, "provision": "paper", "originals": 1},
    {"component": 102, "provision": "shown"},
]
_FILED = {
    "procedure": "1.001612",
    "desk": "H41.101",
    "applicant": _APPLICANT,
    "components": _COMPONENTS,
}
_DOSSIER_UUID = "6f1b8f0a-3f43-4a1c-9b0e-6b8f6a3d2f10"
_HOOK_UUID = "0d7f3c52-9a51-4d55-8f9c-1f1e0f6a7b21"
_DELIVERY_UUID = "c1a7d9be-51f4-4b0b-8a34-54d2f8a6e0f3"
_HOOK_BODY = {
    "id": _DELIVERY_UUID,
    "event": "digitized",
    "number": 4711,
    "at": "2026-11-09T10:12:00+07:00",
    "from_state": "received",
    "dossier": {
        "uuid": _DOSSIER_UUID,
        "code": "H41.101-261109-0001",
        "state": "digitized",
        "received_at": "2026-11-09T09:00:00+07:00",
        "due_at": "2026-11-12T17:00:00+07:00",
        "finished_at": None,
        "returned_at": None,
        "link": f"https://motcua.example/api/v1/dossiers/{_DOSSIER_UUID}/",
    },
}
_HOOK = {
    "id": _HOOK_UUID,
    "name": "Phần mềm phường",
    "agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
    "url": "https://receiver.example/onestop",
    "events": [],
    "active": True,
    "created_at": "2026-11-09T09:00:00+07:00",
}

REQUESTS = {
    "ReceptionSerializer": {**_FILED, "fees": [7], "quantities": {"copies": 1}},
    "SubmissionSerializer": {**_FILED, "channel": "online"},
    "DeskRefusalSerializer": {**_FILED, "reason": "Không thuộc thẩm quyền giải quyết"},
    "DeskRequestSerializer": {**_FILED, "reason": "Thiếu tờ khai", "items": ["Tờ khai có chữ ký"]},
    "FilingReceptionSerializer": {"components": _COMPONENTS},
    "CompletionSerializer": {"components": [{"component": 101, "provision": "electronic"}]},
    "NothingSerializer": {},
    "ReasonSerializer": {"reason": "Người nộp hồ sơ đổi ý"},
    "RequestSerializer": {"reason": "Thiếu chữ ký", "items": ["Tờ khai có chữ ký"]},
    "HandOverSerializer": {"to": "thuly.thanhvinh", "note": "Trình ký"},
    "AssignmentSerializer": {"to": "thuly.thanhvinh"},
    "CollectionSerializer": {"collector": "Nguyễn Thị Ví Dụ", "proof": "receipt"},
    "DemandSerializer": {"component": 102, "ground": "system_failure"},
    "LossSerializer": {"papers": ["Bản chính giấy khai sinh"]},
    "RescheduleSerializer": {"reason": "Chờ xác minh", "new_due_at": "2026-11-17T17:00:00+07:00"},
    "PreparationSerializer": {"reason": "Chờ xác minh", "new_due_at": "2026-11-17T17:00:00+07:00"},
    "ExtensionSerializer": {"reason": "Cần xác minh thêm"},
    "PeriodSerializer": {"name": "Niêm yết", "first": "2026-11-10", "last": "2026-11-11"},
    "QuestionSerializer": {"agency": "H41.102", "question": "Xác minh nơi cư trú", "working_hours": "16.00"},
    "ClarificationSerializer": {"question": "Nơi ở hiện nay?", "ground": "Luật X, Điều Y"},
    "AnswerSerializer": {"answer": "Đúng như khai báo"},
    "ApplicantCheckSerializer": {"purpose": "settle", "has_consent": True},
    "SearchSerializer": {"q": "nguyen thi vi du"},
    "TurnSerializer": {"degrees": 90, "pages": [2]},
    "PaymentSerializer": {"amount": 100_000, "method": "cash"},
    "WaiverSerializer": {"fee": 7, "amount": 5000, "ground": "Hộ nghèo"},
    "RefundSerializer": {"payment": "H41.101/26-000012", "amount": 5000, "reason": "Được miễn"},
    "CertificationSerializer": {
        "procedure": "2.000815",
        "desk": "H41.101",
        "applicant": {"full_name": "Nguyễn Thị Ví Dụ"},
        "paper": "Giấy khai sinh",
        "pages": 4,
        "copies": 2,
        "signer": "Trần Văn Mẫu",
    },
    "NewWebhookSerializer": {
        "agency": "H41.101",
        "name": "Phần mềm phường",
        "url": "https://receiver.example/onestop",
        "events": ["received", "digitized", "returned"],
    },
    "SwitchSerializer": {"active": False},
}

RESPONSES = {
    "ApplicantCheckedSerializer": {
        "outcome": "found",
        "sentence": "CSDL quốc gia về dân cư có thông tin khác; hãy hỏi người nộp hồ sơ trước khi sửa.",
        "agrees": ["full_name", "id_number"],
        "differs": ["address"],
    },
    "MeSerializer": {
        "username": "motcua.thanhvinh",
        "name": "Lê Thị Một Cửa",
        "role": "clerk",
        "is_head": False,
        "agency": {"identifier": "H41.101", "name": "UBND phường Thử Nghiệm"},
        "token": {
            "name": "Phần mềm phường",
            "scopes": ["read", "receive"],
            "agency": None,
            "expires_at": "2027-02-07T09:00:00+07:00",
        },
    },
    "FilingSerializer": {
        "uuid": _DOSSIER_UUID,
        "state": "submitted",
        "procedure": "1.001612",
        "desk": "H41.101",
        "channel": "online",
        "filed_at": "2026-11-07T20:15:00+07:00",
        "counts_from": "2026-11-09T07:30:00+07:00",
    },
    "LetterSerializer": {
        "id": 12,
        "kind": "apology",
        "state": "draft",
        "state_label": "Bản nháp",
        "agency": "H41.101",
        "dossier": "H41.101-261109-0001",
        "number": "",
        "reason": "",
        "new_due_at": None,
        "drafted_at": "2026-11-11T09:15:00+07:00",
        "approved_at": None,
        "issued_at": None,
        "sent_at": None,
    },
    "RegisterEntrySerializer": {
        "id": 5,
        "agency": "H41.101",
        "register": "copies",
        "year": 2026,
        "number": 5,
        "book": "Quyển 01",
        "dossier": "H41.101-261109-0002",
        "at": "2026-11-09T09:05:00+07:00",
        "person": "Nguyễn Thị Ví Dụ",
        "paper": "Giấy khai sinh",
        "pages": 4,
        "copies": 2,
        "signer": "Trần Văn Mẫu",
        "amount": 20_000,
    },
    "WebhookSerializer": _HOOK,
    "WebhookWithSecretSerializer": {**_HOOK, "secret": "whsec_" + "0123456789abcdef" * 4},
    "DeliverySerializer": {
        "id": _DELIVERY_UUID,
        "event": "digitized",
        "state": "delivered",
        "created_at": "2026-11-09T10:12:00+07:00",
        "delivered_at": "2026-11-09T10:13:02+07:00",
        "next_attempt_at": "2026-11-09T10:13:00+07:00",
        "body": _HOOK_BODY,
        "attempts": [{"at": "2026-11-09T10:13:02+07:00", "status": 204, "detail": "", "milliseconds": 84}],
    },
}
