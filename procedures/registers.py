"""What the registers of certifications are called on paper, and what a certification says; pure data.

The words (lời chứng) are those of the circular on certification as they are remembered, in the variant for the
one-stop desk, not copied from its annex: compare them with the text in force before a desk prints them. An
office that writes them otherwise changes them here, and nowhere else.
"""

from dataclasses import dataclass

from procedures.enums import RegisterKind


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """One kind of register: its title and mark on paper, and the words of the certifications entered in it.

    `mark` follows volume and year, such as `01/2026-SCT/BS`. The `sentences` may name {person}, {identity},
    {paper}, {pages}, {copies}, {result}, {agency}, {moment}, {signer} and {receiver}. `signed_at_the_desk`:
    the clerk who saw the person sign does so too. `electronic` are the words for a copy in electronic form (bản sao
    chứng thực điện tử); without them there is none of this kind. `usual_papers` keep their places: a desk types their numbers.
    """

    title: str
    mark: str
    heading: str
    sentences: tuple[str, ...]
    electronic: tuple[str, ...] = ()
    usual_papers: tuple[str, ...] = ()
    signed_at_the_desk: bool = False
    number_label: str = "Số chứng thực"
    signer_role: str = "NGƯỜI THỰC HIỆN CHỨNG THỰC"


REGISTER_FORMS = {
    RegisterKind.COPIES: RegisterForm(
        title="SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH",
        mark="SCT/BS",
        heading="LỜI CHỨNG CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH",
        sentences=("Chứng thực bản sao đúng với bản chính.",),
        electronic=("Chứng thực bản sao điện tử này đúng với bản chính dạng văn bản giấy.",),
        usual_papers=(
            "Thẻ căn cước",
            "Giấy khai sinh",
            "Bằng tốt nghiệp",
            "Giấy chứng nhận kết hôn",
            "Giấy chứng nhận quyền sử dụng đất",
            "Giấy phép lái xe",
            "Hộ chiếu",
            "Học bạ",
            "Giấy chứng nhận đăng ký xe",
        ),
    ),
    RegisterKind.SIGNATURES: RegisterForm(
        title="SỔ CHỨNG THỰC CHỮ KÝ, ĐIỂM CHỈ",
        mark="SCT/CK,ĐC",
        heading="LỜI CHỨNG CHỨNG THỰC CHỮ KÝ",
        sentences=(
            "Hồi {moment}, tại {agency},",
            "Tôi {signer} chứng thực: Ông/Bà {person}, giấy tờ tùy thân số {identity}, cam đoan đã hiểu, tự chịu "
            "trách nhiệm trước pháp luật về nội dung của giấy tờ, văn bản này và đã ký vào giấy tờ, văn bản "
            "trước mặt {receiver} là người tiếp nhận hồ sơ.",
        ),
        usual_papers=(
            "Giấy ủy quyền",
            "Sơ yếu lý lịch",
            "Giấy cam kết",
            "Đơn đề nghị",
            "Bản khai",
            "Giấy xác nhận",
        ),
        signed_at_the_desk=True,
    ),
    RegisterKind.CONTRACTS: RegisterForm(
        title="SỔ CHỨNG THỰC HỢP ĐỒNG, GIAO DỊCH",
        mark="SCT/HĐ,GD",
        heading="LỜI CHỨNG CHỨNG THỰC GIAO DỊCH",
        sentences=(
            "Hồi {moment}, tại {agency},",
            "Tôi {signer} chứng thực: giao dịch này được giao kết bởi Ông/Bà {person}, giấy tờ tùy thân số "
            "{identity}, và các bên có tên trong giao dịch. Các bên cam đoan chịu trách nhiệm trước pháp luật về "
            "nội dung của giao dịch. Tại thời điểm chứng thực, các bên minh mẫn, sáng suốt, nhận thức và làm chủ "
            "được hành vi của mình, tự nguyện giao kết và đã cùng ký vào giao dịch trước mặt {receiver} là người "
            "tiếp nhận hồ sơ.",
            "Giao dịch này được lập thành {copies} bản chính, mỗi bản {pages} trang, có giá trị pháp lý như nhau.",
        ),
        signed_at_the_desk=True,
    ),
    RegisterKind.EXTRACTS: RegisterForm(
        title="SỔ CẤP BẢN SAO TRÍCH LỤC HỘ TỊCH",
        mark="TLHT-BS",
        heading="XÁC NHẬN CẤP BẢN SAO TRÍCH LỤC",
        sentences=(
            "{agency} cấp cho Ông/Bà {person} {copies} bản: {result}.",
            "Nội dung bản sao đúng với thông tin đã đăng ký trong Sổ hộ tịch, Cơ sở dữ liệu hộ tịch điện tử.",
        ),
        usual_papers=(
            "Giấy khai sinh",
            "Trích lục kết hôn",
            "Trích lục khai tử",
            "Trích lục khai sinh",
            "Trích lục thay đổi, cải chính hộ tịch",
        ),
        number_label="Số",
        signer_role="NGƯỜI KÝ BẢN SAO TRÍCH LỤC",
    ),
}


def book_mark(kind: str, year: int, volume: int) -> str:
    """Volume, year and mark as they stand after the number: `01/2026-SCT/BS`."""
    return f"{volume:02d}/{year}-{REGISTER_FORMS[RegisterKind(kind)].mark}"
