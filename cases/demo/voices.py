"""What people say in the demonstration: feedback and recommendations (phản ánh, kiến nghị) in every state."""

from datetime import datetime
from random import Random
from uuid import UUID

from cases import lookup, services
from cases.demo.lives import Moments
from cases.demo.plan import Plan, at
from cases.feedback import FeedbackKind
from cases.models import Feedback
from cases.services.feedback import Sender, ask_for_detail

CLOSED = "Quầy giao dịch đóng cửa sớm 20 phút so với giờ niêm yết, tôi đến lúc 16 giờ 40 không ai tiếp nhận."
SLOW = "Tôi chờ gọi số gần hai giờ, trong khi màn hình báo chỉ còn ba người phía trước."
PAPER = "Đề nghị bỏ yêu cầu nộp bản sao giấy tờ mà cơ sở dữ liệu đã có."
FORM = "Mẫu tờ khai trên trang và mẫu phát tại quầy khác nhau một mục. Đề nghị thống nhất."
ELSEWHERE = "Hồ sơ của gia đình tôi do phường bên cạnh giải quyết, đã quá hẹn hai ngày."
VAGUE = "Cán bộ hướng dẫn không rõ ràng."
COMPLAINT = "Tôi không đồng ý với quyết định xử phạt của cơ quan khác và đề nghị hủy quyết định đó."
WAITING_LONG = "Đề nghị có thêm ghế và nước uống ở phòng chờ cho người cao tuổi."


class Voices:
    """Each piece of feedback is a life of its own, at the ward whose people everybody looks at first."""

    def __init__(self, plan: Plan, seed: int):
        self.plan, self.ward = plan, plan.wards[0]
        self.rng = Random(f"{seed}:voices")

    def lives(self) -> list[Moments]:
        handling, rule = FeedbackKind.HANDLING, FeedbackKind.RULE
        return [
            self._published(handling, 24, CLOSED, "Giờ đóng cửa", self._closing_time()),
            self._published(rule, 15, FORM, "Mẫu tờ khai", self._one_form()),
            self._answered(rule, 7, PAPER),
            self._refused(handling, 6, COMPLAINT),
            self._passed_on(handling, 3, ELSEWHERE),
            self._asked(handling, 2, VAGUE),
            self._sent(rule, 17, WAITING_LONG, name="Hồ Văn Làm Mẫu", phone="0900000779"),  # late
            self._sent(handling, 1, SLOW, name="Phan Thị Giả Định", email="gia.dinh@vidu.example"),
        ]

    @staticmethod
    def _closing_time() -> str:
        return (
            "Hôm đó cán bộ trực quầy đi họp đột xuất, bộ phận đã rút kinh nghiệm. Từ nay luôn có người trực đến "
            "hết giờ niêm yết; mong người dân tiếp tục góp ý."
        )

    @staticmethod
    def _one_form() -> str:
        return "Mẫu tại quầy đã được thay bằng mẫu hiện hành từ ngày trả lời; hai nơi nay giống nhau."

    # Each way -------------------------------------------------------------------------------------
    def _sent(self, kind: str, days: int, text: str, *, name="", email="", phone="") -> Moments:
        yield self._moment(days, 18)
        self._send(kind, text, name=name, email=email, phone=phone)

    def _asked(self, kind: str, days: int, text: str) -> Moments:
        yield self._moment(days, 10)
        feedback = self._send(kind, text, name="Ngô Thị Tỉ Dụ", email="ti.du@vidu.example")
        yield self._moment(days - 1, 15)
        ask_for_detail(
            feedback,
            by=self.ward.officers[0],
            text="Xin cho biết sự việc xảy ra ngày nào, tại quầy số mấy, về thủ tục gì.",
        )

    def _passed_on(self, kind: str, days: int, text: str) -> Moments:
        yield self._moment(days, 9)
        feedback = self._send(kind, text, name="Đỗ Văn Giả Sử", phone="0900000777")
        yield self._moment(days - 1, 14)
        services.transfer_feedback(feedback, by=self.ward.clerk, to=self.plan.wards[1].agency)

    def _refused(self, kind: str, days: int, text: str) -> Moments:
        yield self._moment(days, 11)
        feedback = self._send(kind, text, name="Lý Văn Thí Điểm", phone="0900000778")
        yield self._moment(days - 1, 10)
        services.refuse_feedback(
            feedback,
            by=self.ward.supervisor,
            text="Đây là khiếu nại về quyết định của cơ quan khác; xin gửi đơn khiếu nại đến cơ quan đó.",
        )
        yield self._said_so(days - 2)
        services.rate_answer(feedback, secret=lookup.secret_of(feedback), satisfied=False)

    def _answered(self, kind: str, days: int, text: str) -> Moments:
        yield self._moment(days, 16)
        feedback = self._send(kind, text, name="Vũ Thị Thử Nghiệm", email="thu.nghiem@vidu.example")
        yield self._moment(1, 15)
        services.answer_feedback(
            feedback,
            by=self.ward.officers[0],
            text="Giấy tờ đã có trong cơ sở dữ liệu được kết nối thì không phải nộp; quầy đã được nhắc lại việc này.",
        )

    def _published(self, kind: str, days: int, text: str, topic: str, answer: str) -> Moments:
        yield self._moment(days, 17)
        feedback = self._send(kind, text, name="Bùi Văn Minh Họa", email="minh.hoa@vidu.example")
        yield self._moment(days - 5, 9)
        feedback = services.answer_feedback(feedback, by=self.ward.officers[0], text=answer)
        yield self._moment(days - 6, 10)
        services.publish_feedback(
            feedback, by=self.ward.supervisor, question=f"{topic}: {text}", answer=answer
        )
        yield self._said_so(days - 7)
        services.rate_answer(feedback, secret=lookup.secret_of(feedback), satisfied=True)

    # What they share --------------------------------------------------------------------------------
    def _send(self, kind: str, text: str, **sender: str) -> Feedback:
        nonce = UUID(int=self.rng.getrandbits(128), version=4)
        return services.send_feedback(
            kind=kind, text=text, agency=self.ward.agency, sender=Sender(**sender), nonce=nonce
        )

    def _said_so(self, days: int) -> datetime:
        """In the evening, when people read their answers."""
        return at(self.plan.ago(days), 20, 15)

    def _moment(self, days: int, hour: int) -> datetime:
        return at(self.plan.ago(days), hour, self.rng.randint(0, 25))
