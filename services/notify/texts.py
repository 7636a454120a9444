"""What mails say, as data: one subject for all kinds, and bodies that name nobody and tell nothing of a message (R20).

A language is chosen by the tag of the address card: `fa-AF` and `prs` (Dari) read `fa`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notify.domain import Kind

RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
ISOLATE, END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True)
class Language:
    """The texts of one language. `greeting` holds {name}; `stranger` greets who gave no name that can be shown."""

    tag: str
    right_to_left: bool
    subject: str
    greeting: str
    stranger: str
    bodies: Mapping[Kind, str]
    closing: str


ENGLISH = Language(
    tag="en",
    right_to_left=False,
    subject="There is something new for you in Rapport",
    greeting="Hello {name},",
    stranger="Hello,",
    bodies={
        Kind.APPLICATION_RECEIVED: (
            "We have received your application. You do not need to do anything now. "
            "We will write to you as soon as there is news."
        ),
        Kind.CLEARED: (
            "Your application has been accepted. Thank you for giving your time. "
            "We will write to you when you can begin."
        ),
        Kind.ADMITTED: "You have been admitted. Welcome! We will write to you when you can begin.",
        Kind.MATCHED: "You can begin now. Somebody would like to write with you. Sign in to read and write:",
        Kind.MESSAGE_WAITING: "A message is waiting for you. Sign in to read it:",
        Kind.REPLY_OVERDUE: (
            "Somebody is waiting for your answer. A few lines are enough. "
            "If you are away for a while, you can say so there:"
        ),
    },
    closing="This mail was sent automatically. Please do not reply to it.",
)

PERSIAN = Language(
    tag="fa",
    right_to_left=True,
    subject="خبر تازه‌ای برای شما در Rapport هست",
    greeting="سلام {name}،",
    stranger="سلام،",
    bodies={
        Kind.APPLICATION_RECEIVED: (
            "درخواست شما به دست ما رسید. اکنون لازم نیست کاری انجام دهید. همین که خبری باشد، برایتان می‌نویسیم."
        ),
        Kind.CLEARED: (
            "درخواست شما پذیرفته شد. سپاسگزاریم که وقت خود را در اختیار می‌گذارید. "
            "هر زمان که بتوانید آغاز کنید، برایتان می‌نویسیم."
        ),
        Kind.ADMITTED: "شما پذیرفته شدید. خوش آمدید! هر زمان که بتوانید آغاز کنید، برایتان می‌نویسیم.",
        Kind.MATCHED: "اکنون می‌توانید آغاز کنید. کسی مایل است با شما گفت‌وگو کند. برای خواندن و نوشتن وارد شوید:",
        Kind.MESSAGE_WAITING: "پیامی در انتظار شماست. برای خواندن آن وارد شوید:",
        Kind.REPLY_OVERDUE: (
            "کسی در انتظار پاسخ شماست. چند سطر هم کافی است. اگر مدتی در دسترس نیستید، می‌توانید همان‌جا خبر دهید:"
        ),
    },
    closing="این پیام به طور خودکار فرستاده شده است. لطفاً به آن پاسخ ندهید.",
)

PASHTO = Language(
    tag="ps",
    right_to_left=True,
    subject="په Rapport کې ستاسو لپاره نوی خبر شته",
    greeting="سلام {name}،",
    stranger="سلام،",
    bodies={
        Kind.APPLICATION_RECEIVED: (
            "ستاسو غوښتنلیک موږ ته راورسېد. اوس مهال تاسو ته د کوم کار کولو اړتیا نشته. "
            "کله چې نوی خبر وي، تاسو ته به ولیکو."
        ),
        Kind.CLEARED: (
            "ستاسو غوښتنلیک ومنل شو. له دې چې خپل وخت ورکوئ، مننه کوو. کله چې پیل کولای شئ، تاسو ته به ولیکو."
        ),
        Kind.ADMITTED: "تاسو ومنل شوئ. ښه راغلاست! کله چې پیل کولای شئ، تاسو ته به ولیکو.",
        Kind.MATCHED: "اوس پیل کولای شئ. یو څوک غواړي له تاسو سره خبرې وکړي. د لوستلو او لیکلو لپاره ننوځئ:",
        Kind.MESSAGE_WAITING: "یو پیغام ستاسو په تمه دی. د لوستلو لپاره یې ننوځئ:",
        Kind.REPLY_OVERDUE: (
            "یو څوک ستاسو د ځواب په تمه دی. څو کرښې هم بس دي. که د یوې مودې لپاره شتون نه لرئ، هلته یې ویلای شئ:"
        ),
    },
    closing="دا برېښنالیک په اتومات ډول لېږل شوی دی. مهرباني وکړئ ځواب مه ورکوئ.",
)

ARABIC = Language(
    tag="ar",
    right_to_left=True,
    subject="لديك جديد في Rapport",
    greeting="مرحبًا {name}،",
    stranger="مرحبًا،",
    bodies={
        Kind.APPLICATION_RECEIVED: "لقد وصلنا طلبك. لا يلزمك القيام بأي شيء الآن. سنكتب إليك حالما يكون هناك جديد.",
        Kind.CLEARED: "تم قبول طلبك. شكرًا على تخصيص وقتك. سنكتب إليك عندما يمكنك البدء.",
        Kind.ADMITTED: "تم قبولك. أهلًا وسهلًا بك! سنكتب إليك عندما يمكنك البدء.",
        Kind.MATCHED: "يمكنك البدء الآن. هناك من يرغب في التواصل معك. للقراءة والكتابة يُرجى تسجيل الدخول:",
        Kind.MESSAGE_WAITING: "هناك رسالة بانتظارك. لقراءتها يُرجى تسجيل الدخول:",
        Kind.REPLY_OVERDUE: ("هناك من ينتظر ردّك. بضعة أسطر تكفي. وفي حال الغياب لفترة، يمكن الإشارة إلى ذلك هناك:"),
    },
    closing="أُرسلت هذه الرسالة آليًا. يُرجى عدم الرد عليها.",
)

LANGUAGES: Mapping[str, Language] = {language.tag: language for language in (ENGLISH, PERSIAN, PASHTO, ARABIC)} | {
    "prs": PERSIAN,
    "pes": PERSIAN,
    "pbt": PASHTO,
    "pbu": PASHTO,
}


def language_for(tag: str) -> Language:
    """The language of a tag, English where we have no texts in it."""
    return LANGUAGES.get(tag.partition("-")[0].lower(), ENGLISH)


def body(language: Language, kind: Kind, name: str | None, link: str) -> str:
    """The text of a mail. A name stands isolated, so that its script does not turn the line around it."""
    greeting = language.greeting.format(name=f"{ISOLATE}{name}{END_OF_ISOLATE}") if name else language.stranger
    paragraphs = [greeting, language.bodies[kind], link, language.closing]
    mark = RIGHT_TO_LEFT_MARK if language.right_to_left else ""
    return "\n\n".join(text if text == link else mark + text for text in paragraphs) + "\n"
