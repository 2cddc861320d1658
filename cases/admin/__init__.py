"""The back office of dossiers and letters: lists, pages and buttons; no rule lives here."""

from django.contrib import admin

from cases.admin import (
    absences,
    apologies,
    breaches,
    calling,
    cash,
    connections,
    consultations,
    corrections,
    demands,
    desk_work,
    dossiers,
    electronic_copies,
    escalation,
    exchange,
    exports,
    feedback,
    group_receipts,
    group_reception,
    hidden,
    letters,
    log_books,
    messages,
    my_lists,
    notice_texts,
    online_payments,
    outlook,
    overdue,
    overdue_excel,
    past_pages,
    population,
    population_check,
    portal,
    post,
    postings,
    procedure_database,
    put_back,
    queue_setup,
    quick_service,
    ratings,
    read_access,
    reception,
    reception_people,
    reception_preview,
    reception_search,
    reforms,
    registers,
    report_lists,
    reports,
    results,
    revisions,
    scans,
    scorecard,
    scorecard_list,
    secondments,
    simulation,
    store_search,
    tokens,
    webhooks,
    workload,
)
from cases.admin.past import or_past

__all__ = [
    "absences",
    "apologies",
    "breaches",
    "calling",
    "cash",
    "connections",
    "consultations",
    "corrections",
    "demands",
    "desk_work",
    "dossiers",
    "electronic_copies",
    "escalation",
    "exports",
    "feedback",
    "group_receipts",
    "group_reception",
    "hidden",
    "letters",
    "log_books",
    "messages",
    "my_lists",
    "notice_texts",
    "online_payments",
    "outlook",
    "overdue",
    "overdue_excel",
    "past_pages",
    "portal",
    "post",
    "population",
    "population_check",
    "postings",
    "procedure_database",
    "put_back",
    "queue_setup",
    "quick_service",
    "read_access",
    "ratings",
    "reception",
    "reception_people",
    "reception_preview",
    "reception_search",
    "reforms",
    "registers",
    "reports",
    "results",
    "revisions",
    "scans",
    "scorecard",
    "scorecard_list",
    "secondments",
    "simulation",
    "store_search",
    "tokens",
    "webhooks",
    "workload",
]

admin.site.add_page("tiep-nhan/", reception.reception, "reception")
admin.site.add_page("tiep-nhan/tim/", reception_search.search, "reception_search")
admin.site.add_page("tiep-nhan/hen/", reception_preview.preview, "reception_preview")
admin.site.add_page("tiep-nhan/nguoi-nop/", reception_people.people, "reception_people")
admin.site.add_page("tiep-nhan/nhap/", reception_search.keep_draft, "reception_draft")
admin.site.add_page("tiep-nhan/nhap/<int:pk>/bo/", reception_search.discard_draft, "reception_draft_discard")
admin.site.add_page("tiep-nhan/<int:pk>/", reception.filing, "filing_reception")
admin.site.add_page("doi-chieu-dan-cu/<int:pk>/", population_check.population_check, "population_check")
admin.site.add_page("tiep-nhan/<int:pk>/bo-sung/", reception.filing_completed, "filing_completed")
admin.site.add_page("tiep-nhan-nhom/", group_reception.groups, "groups")
admin.site.add_page("tiep-nhan-nhom/mau/", group_reception.list_template, "group_template")
admin.site.add_page("tiep-nhan-nhom/mot-nguoi/", group_reception.one_person, "group_person")
admin.site.add_page("tiep-nhan-nhom/tim/", group_reception.find_procedure, "group_search")
admin.site.add_page("tiep-nhan-nhom/<int:pk>/", group_reception.group, "group")
admin.site.add_page("tiep-nhan-nhom/<int:pk>/doi-chieu-dan-cu/", population_check.group_check, "group_check")
admin.site.add_page("in-giay-tiep-nhan/", group_receipts.receipts, "receipts")
admin.site.add_page("dinh-chinh/<int:pk>/", corrections.correction, "correction")
admin.site.add_page("mat-giay-to/<int:pk>/", corrections.papers_lost, "papers_lost")
admin.site.add_page("so-hoa/<int:pk>/", scans.scans, "scans")
admin.site.add_page("so-hoa/<int:pk>/chuyen/", scans.digitize, "digitize")
admin.site.add_page("so-hoa/<int:pk>/may-quet/", scans.take, "scan_take")
admin.site.add_page("so-hoa/<int:pk>/tim/", scans.find_text, "scan_text")
admin.site.add_page("so-hoa/<int:pk>/tep/<int:document_pk>/xoay/", scans.turn, "scan_turn")
admin.site.add_page("so-hoa/<int:pk>/tep/<int:document_pk>/go/", scans.remove, "scan_remove")
admin.site.add_page("so-hoa/<int:pk>/tep/<int:document_pk>/dung-lai/", scans.reuse, "scan_reuse")
admin.site.add_page("khai-thac/<int:pk>/<int:item_pk>/", store_search.search, "store_search")
admin.site.add_page("khai-thac/<int:pk>/<int:item_pk>/dung-lai/", store_search.reuse, "store_reuse")
admin.site.add_page("khai-thac/<int:pk>/<int:item_pk>/nhan-giay/", store_search.take_paper, "store_paper")
admin.site.add_page("so-theo-doi/", log_books.log_books, "log_books")
admin.site.add_page("so-theo-doi/<int:pk>/<int:volume>/", log_books.log_book, "log_book")
admin.site.add_page("so-theo-doi/<int:pk>/dong/", log_books.close, "log_book_close")
admin.site.add_page("lam-ngay/", quick_service.quick_service, "quick_service")
admin.site.add_page("lam-ngay/phi/", quick_service.fee, "quick_service_fee")
admin.site.add_page("lam-ngay/ban-sao-dien-tu/", electronic_copies.electronic_copy, "electronic_copy")
admin.site.add_page("lam-ngay/cho-ky/", electronic_copies.to_sign, "copies_to_sign")
admin.site.add_page("lam-ngay/<int:pk>/loi-chung/", quick_service.words, "certification")
admin.site.add_page("so-chung-thuc/", registers.registers, "registers")
admin.site.add_page("so-chung-thuc/<int:pk>/", registers.register, "register")
admin.site.add_page("so-chung-thuc/<int:pk>/dong/", registers.close, "register_close")
admin.site.add_page("so-chung-thuc/<int:pk>/<int:volume>/", registers.sheet, "register_volume")
admin.site.add_page("hoi-y-kien/", consultations.questions, "questions")
admin.site.add_page("hoi-y-kien/den/<int:pk>/", exchange.incoming, "incoming_request")
admin.site.add_page("hoi-y-kien/den/<int:pk>/tep/<int:file_pk>/", exchange.incoming_file, "incoming_file")
admin.site.add_page("hoi-y-kien/<int:pk>/", consultations.answer, "consultation_answer")
admin.site.add_page("goi-so/", calling.calling, "calling")
admin.site.add_page("goi-so/dang-cho/", calling.who_waits, "queue_waiting")
admin.site.add_page("goi-so/quay/<int:pk>/<slug:verb>/", calling.at_counter, "queue_counter")
admin.site.add_page("goi-so/so/<int:pk>/<slug:verb>/", calling.with_ticket, "queue_ticket")
admin.site.add_page("goi-so/man-hinh/", calling.links, "queue_links")
admin.site.add_page("goi-so/so-lieu/", calling.figures, "queue_figures")
admin.site.add_page("thu-tien/", cash.cash, "cash")
admin.site.add_page("thu-tien/bang-ke/<int:pk>/", cash.report, "cash_report")
admin.site.add_page("thu-tien/bien-lai/<int:pk>/", cash.fee_receipt, "fee_receipt")
admin.site.add_page("tra-ket-qua/", results.results, "results")
admin.site.add_page("tra-ket-qua/<int:pk>/", results.result, "result")
admin.site.add_page("tra-ket-qua/<int:pk>/phieu/", results.slip, "hand_over_slip")
admin.site.add_page("vang-mat/", absences.absences, "absences")
admin.site.add_page("viec-tai-quay/", desk_work.desk_work, "desk_work")
admin.site.add_page("biet-phai/", secondments.secondments, "secondments")
admin.site.add_page("biet-phai/<int:pk>/ket-thuc/", secondments.end, "secondment_end")
admin.site.add_page("qua-han/", or_past(past_pages.overdue)(overdue.overdue), "overdue")
admin.site.add_page("qua-han/khong-xin-loi/", breaches.breaches, "breaches")
admin.site.add_page("qua-han/excel/", overdue_excel.excel, "overdue_excel")
admin.site.add_page("qua-han/xu-ly/<slug:act>/", overdue.late_act, "late_act")
admin.site.add_page("ngay-da-qua/", past_pages.past_list, "past_list")
admin.site.index = or_past(past_pages.morning)(admin.site.index)  # the first page is the site's own
admin.site.add_page("du-bao/", outlook.outlook, "outlook")
admin.site.add_page("can-bang/", workload.workload, "workload")
admin.site.add_page("can-bang/<int:pk>/nhan/", workload.accept, "workload_accept")
admin.site.add_page("qua-han/<int:pk>/du-thao/", letters.draft, "apology_draft")
admin.site.add_page("xin-loi/", apologies.apologies, "apologies")
admin.site.add_page("xin-loi/cung-luc/", apologies.bulk, "apologies_bulk")
admin.site.add_page("xin-loi/<int:pk>/", apologies.apology, "apology")
admin.site.add_page("xin-loi/<int:pk>/xem-truoc/", apologies.preview, "apology_preview")
admin.site.add_page("danh-sach/", my_lists.my_lists, "my_lists")
admin.site.add_page("danh-sach/luu/", my_lists.save, "list_save")
admin.site.add_page("danh-sach/cot/", my_lists.columns, "list_columns")
admin.site.add_page("danh-sach/<int:pk>/", my_lists.change, "my_list")
admin.site.add_page("xuat-excel/", exports.exports, "exports")
admin.site.add_page("xuat-excel/moi/", exports.export, "export")
admin.site.add_page("xuat-excel/tien-do/", exports.progress, "exports_progress")
admin.site.add_page("xuat-excel/<int:pk>/", exports.file, "export_file")
admin.site.add_page("xuat-excel/<int:pk>/xoa/", exports.delete, "export_delete")
admin.site.add_page("niem-yet/", postings.postings, "postings")
admin.site.add_page("cong-bo-tre/", postings.late_publications, "late_publications")
admin.site.add_page("mau-thong-bao/", notice_texts.notice_texts, "notice_texts")
admin.site.add_page(
    "mau-thong-bao/<slug:kind>/<slug:language>/<slug:channel>/", notice_texts.notice_text, "notice_text"
)
admin.site.add_page(
    "mau-thong-bao/<slug:kind>/<slug:language>/<slug:channel>/xem-truoc/",
    notice_texts.preview,
    "notice_preview",
)
admin.site.add_page("ma-truy-cap/", tokens.tokens, "tokens")
admin.site.add_page("ma-truy-cap/<uuid:token>/thu-hoi/", tokens.revoke, "token_revoke")
admin.site.add_page("ket-noi/", connections.connections, "connections")
admin.site.add_page("ket-noi/cong-quoc-gia/", portal.page, "portal")
admin.site.add_page("ket-noi/cong-quoc-gia/lam/<slug:what>/", portal.act, "portal_act")
admin.site.add_page("ket-noi/kho-ca-nhan/", put_back.refused, "put_back")
admin.site.add_page("ket-noi/ho-tich/", put_back.refused_by_civil_status, "put_back_civil")
admin.site.add_page("ket-noi/dang-ky-kinh-doanh/", put_back.refused_by_business, "put_back_business")
admin.site.add_page("ket-noi/kho-ca-nhan/<int:pk>/gui-lai/", put_back.send_again, "put_back_again")
admin.site.add_page("ket-noi/thu-tuc-quoc-gia/", procedure_database.page, "procedure_database")
admin.site.add_page("ket-noi/thu-tuc-quoc-gia/lay/", procedure_database.fetch, "procedure_fetch")
admin.site.add_page("ket-noi/thu-tuc-quoc-gia/xuat/", procedure_database.export, "procedure_export")
admin.site.add_page("ket-noi/thu-tuc-quoc-gia/<int:pk>/", procedure_database.one, "procedure_proposal")
admin.site.add_page(
    "ket-noi/thu-tuc-quoc-gia/<int:pk>/chap-nhan/", procedure_database.accept, "procedure_accept"
)
admin.site.add_page(
    "ket-noi/thu-tuc-quoc-gia/<int:pk>/tu-choi/", procedure_database.reject, "procedure_reject"
)
admin.site.add_page("ket-noi/trao-doi/", exchange.page, "exchange")
admin.site.add_page("ket-noi/trao-doi/<int:pk>/bo-han/", exchange.give_up, "exchange_give_up")
admin.site.add_page("ket-noi/trao-doi/<int:pk>/<slug:what>/", exchange.act, "exchange_act")
admin.site.add_page("ket-noi/<slug:system>/thu/", connections.try_now, "connection_try")
admin.site.add_page("thanh-toan/", online_payments.online_payments, "online_payments")
admin.site.add_page("thanh-toan/doi-soat/", online_payments.compare, "payment_compare")
admin.site.add_page("thanh-toan/<int:pk>/", online_payments.pay, "pay_online")
admin.site.add_page(
    "thanh-toan/chenh-lech/<int:pk>/", online_payments.settle_difference, "payment_difference"
)
admin.site.add_page("thanh-toan/hoan-tra/<int:pk>/", online_payments.refund_again, "online_refund_again")
admin.site.add_page("buu-chinh/<int:pk>/", post.order, "post_order")
admin.site.add_page("buu-chinh/<int:pk>/huy/<int:order_pk>/", post.cancel, "post_cancel")
admin.site.add_page("webhook/", webhooks.webhooks, "webhooks")
admin.site.add_page("webhook/<uuid:hook>/", webhooks.webhook, "webhook")
admin.site.add_page("webhook/<uuid:hook>/lam/<slug:what>/", webhooks.act, "webhook_act")
admin.site.add_page("webhook/<uuid:hook>/gui-lai/<uuid:delivery>/", webhooks.replay, "webhook_replay")
admin.site.add_page("phan-anh/<int:pk>/", feedback.page, "feedback")
admin.site.add_page("phan-anh/<int:pk>/tep/<int:file_pk>/", feedback.file, "feedback_file")
admin.site.add_page("phan-anh/<int:pk>/<slug:verb>/", feedback.verb, "feedback_verb")
admin.site.add_page("danh-gia/", ratings.ratings, "ratings")
admin.site.add_page("bo-chi-so/", scorecard.scorecard, "scorecard")
admin.site.add_page("bo-chi-so/danh-sach/", scorecard_list.scorecard_list, "scorecard_list")
admin.site.add_page("bo-chi-so/chin-chi-so/", scorecard.nine_indicators, "nine_indicators")
admin.site.add_page("mo-phong/", simulation.simulation, "simulation")
admin.site.add_page("cai-cach/", reforms.reforms, "reforms")
admin.site.add_page("cai-cach/xuat/", reforms.export, "reforms_export")
admin.site.add_page("cai-cach/ke-hoach/", reforms.new_plan, "reform_plan")
admin.site.add_page("cai-cach/ke-hoach/<int:pk>/nhiem-vu/", reforms.new_task, "reform_task_new")
admin.site.add_page("cai-cach/<int:pk>/", reforms.task, "reform_task")
admin.site.add_page("cai-cach/<int:pk>/<slug:verb>/", reforms.verb, "reform_verb")
admin.site.add_page("bao-cao/", reports.report, "report")
admin.site.add_page("bao-cao/tep/", reports.file, "report_file")
admin.site.add_page("bao-cao/dem-lai/", reports.count_anew, "report_count")
admin.site.add_page("bao-cao/danh-sach/<str:key>/", report_lists.listed, "report_list")
