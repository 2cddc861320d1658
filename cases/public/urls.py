"""Addresses for everybody."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from cases.public import (
    consignments,
    contests,
    feedback,
    filing,
    gateways,
    login,
    mine,
    payments,
    rating,
    screens,
    uploads,
)
from cases.public.calculator import CalculatorView
from cases.public.notice_choices import notice_choice
from cases.public.verify import VerifyView
from cases.public.views import DownloadView, HomeView, LookupView

app_name = "public"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("lay-so/<str:token>/", screens.kiosk, name="kiosk"),
    path("lay-so/<str:token>/<uuid:nonce>/", screens.ticket, name="ticket"),
    path("goi-so/<str:token>/", screens.board, name="board"),
    path("goi-so/<str:token>/moi/", screens.board_news, name="board_news"),
    path("thong-bao/<str:token>/", notice_choice, name="notice_choice"),
    path("tra-cuu/", LookupView.as_view(), name="lookup"),
    path("tra-cuu/tai-ve/", DownloadView.as_view(), name="lookup_download"),
    path("tra-cuu/thanh-toan/", payments.PayView.as_view(), name="pay"),
    path("thanh-toan/ve/", payments.payment_return, name="payment_return"),
    path("thanh-toan/thong-bao/", payments.payment_notice, name="payment_notice"),
    path("buu-chinh/hanh-trinh/", consignments.postal_notice, name="postal_notice"),
    path("xac-minh/", VerifyView.as_view(), name="verify"),
    path("cong/<str:channel>/bao-cao/", gateways.report, name="gateway_report"),
    path("cong/<str:channel>/tin-den/", gateways.inbound, name="gateway_inbound"),
    path("tinh-ngay-tra/", CalculatorView.as_view(), name="calculator"),
    path("", include("cases.public.catalogue_urls")),
    path("nop-ho-so/", filing.choose, name="file_choose"),
    path("nop-ho-so/nhap/<uuid:key>/tep/", uploads.begin, name="upload_begin"),
    path("nop-ho-so/tep/<uuid:key>/", uploads.go_on, name="upload"),
    path("nop-ho-so/xong/<uuid:key>/", filing.done, name="filed"),
    path("nop-ho-so/<str:code>/", filing.fill_in, name="file"),
    path("dang-nhap/", login.sign_in, name="sign_in"),
    path("dang-nhap/tra-loi/", login.signed_in, name="signed_in"),
    path("dang-xuat/", login.sign_out, name="sign_out"),
    path("phan-anh-kien-nghi/", feedback.SendView.as_view(), name="feedback"),
    path("phan-anh-kien-nghi/theo-doi/", feedback.FollowView.as_view(), name="feedback_follow"),
    path("phan-anh-kien-nghi/da-tra-loi/", feedback.published, name="feedback_published"),
    path("danh-gia/", rating.rate, name="rate"),
    path("kien-nghi-thoi-han/", contests.contest, name="contest"),
    path("ho-so-cua-toi/", mine.dossiers, name="my_dossiers"),
    path("ho-so-cua-toi/kho/", mine.papers, name="my_papers"),
    path("ho-so-cua-toi/<uuid:uuid>/", mine.dossier, name="my_dossier"),
    path("ho-so-cua-toi/<uuid:uuid>/bo-sung/", mine.answer, name="my_answer"),
    path("ho-so-cua-toi/<uuid:uuid>/thanh-toan/", payments.my_payment, name="my_payment"),
    path("ho-so-cua-toi/<uuid:uuid>/rut/", mine.withdraw, name="my_withdrawal"),
    path("ho-so-cua-toi/<uuid:uuid>/danh-gia/", mine.rating, name="my_rating"),
    path("ho-so-cua-toi/<uuid:uuid>/kien-nghi/", contests.my_contest, name="my_contest"),
    path("ho-so-cua-toi/<uuid:uuid>/giay-tiep-nhan/", mine.receipt, name="my_receipt"),
    path("ho-so-cua-toi/<uuid:uuid>/tep/<int:pk>/", mine.file, name="my_file"),
    path("ho-so-cua-toi/<uuid:uuid>/van-ban/<int:pk>/", mine.letter, name="my_letter"),
    # Without CSRF: our pages send no referrer, so browsers send `Origin: null`, which Django refuses;
    # and a language that somebody else switched harms nobody.
    path("ngon-ngu/", csrf_exempt(set_language), name="language"),
]
