"""What the codes that a form offers are called in each language. Texts of wishes are the site's own."""

from collections.abc import Mapping

_CODES = (
    "native", "lived-in", "worked-in", "knows",
    "short", "long", "direct", "indirect", "formal", "informal",
    "calls", "voice-messages", "long-messages", "small-talk", "homework", "being-corrected", "personal-questions",
    "politics", "religion", "photos",
    "large-print", "high-contrast", "screen-reader", "text-only", "captions", "plain-language", "dictation",
    "more-time", "short-sessions", "somebody-beside-me",
    "mail", "sms", "push", "phone", "video",
    "nobody", "family", "friends", "school", "employer", "site-staff",
)  # fmt: skip
_TEXTS = {
    "en": (
        "I grew up with it", "I lived there", "I worked there", "I know it",
        "short", "long", "direct", "indirect", "formal", "informal",
        "calls", "voice messages", "long messages", "small talk", "homework", "being corrected", "personal questions",
        "politics", "religion", "photos",
        "large print", "high contrast", "works with a screen reader", "text alone", "captions", "plain language",
        "dictation", "more time", "short sessions", "somebody beside me",
        "e-mail", "text messages to a phone", "notices on a device", "phone calls", "video calls",
        "nobody", "my family", "my friends", "my school", "my employer", "the staff of the site",
    ),
    "fa": (
        "زبان مادری من است", "آنجا زندگی کرده‌ام", "آنجا کار کرده‌ام", "آن را می‌شناسم",
        "کوتاه", "بلند", "سرراست", "غیرمستقیم", "رسمی", "خودمانی",
        "تماس تلفنی", "پیام صوتی", "پیام‌های بلند", "گپ‌های کوچک", "کار خانگی", "تصحیح شدن", "پرسش‌های شخصی",
        "سیاست", "دین", "عکس",
        "حروف درشت", "تضاد رنگ بالا", "سازگار با صفحه‌خوان", "فقط متن", "زیرنویس", "زبان ساده",
        "گفتن به جای نوشتن", "وقت بیشتر", "نشست‌های کوتاه", "کسی در کنار من",
        "ایمیل", "پیامک", "اعلان روی دستگاه", "تلفن", "تماس تصویری",
        "هیچ‌کس", "خانواده‌ام", "دوستانم", "مکتبم", "کارفرمایم", "کارکنان محل",
    ),
    "ps": (
        "زما مورنۍ ژبه ده", "هلته اوسېدلی یم", "هلته مې کار کړی", "پېژنم یې",
        "لنډ", "اوږد", "مستقیم", "نامستقیم", "رسمي", "نارسمي",
        "تلیفوني اړیکې", "غږیز پیغامونه", "اوږده پیغامونه", "عادي خبرې اترې", "کورنۍ دنده", "سمول کېدل", "شخصي پوښتنې",
        "سیاست", "دین", "عکسونه",
        "لوی لیک", "لوړ کانټراسټ", "د سکرین لوستونکي سره سم", "یوازې متن", "لاندې لیکنه", "ساده ژبه",
        "د لیکلو پر ځای ویل", "ډېر وخت", "لنډې ناستې", "څوک زما تر څنګ",
        "برېښنالیک", "لنډ پیغام", "پر وسیله خبرتیا", "تلیفون", "تصویري اړیکه",
        "هېڅوک", "زما کورنۍ", "زما ملګري", "زما ښوونځی", "زما کار ورکوونکی", "د ځای کارکوونکي",
    ),
    "ar": (
        "لغتي الأم", "عشت هناك", "عملت هناك", "أعرفه",
        "قصير", "طويل", "مباشر", "غير مباشر", "رسمي", "غير رسمي",
        "المكالمات", "الرسائل الصوتية", "الرسائل الطويلة", "الأحاديث العابرة", "الواجبات المنزلية",
        "أن يصححني أحد", "الأسئلة الشخصية",
        "السياسة", "الدين", "الصور",
        "خط كبير", "تباين عال", "يعمل مع قارئ الشاشة", "نص فقط", "ترجمة مكتوبة", "لغة بسيطة",
        "الإملاء بالصوت", "وقت أطول", "جلسات قصيرة", "شخص بجانبي",
        "البريد الإلكتروني", "الرسائل النصية", "إشعارات على الجهاز", "الهاتف", "مكالمات الفيديو",
        "لا أحد", "عائلتي", "أصدقائي", "مدرستي", "صاحب العمل", "العاملون في الموقع",
    ),
}  # fmt: skip
CHOICES: Mapping[str, Mapping[str, str]] = {
    language: dict(zip(_CODES, texts, strict=True)) for language, texts in _TEXTS.items()
}


def called(code: str, language: str) -> str:
    """What a code is called in a language that there are texts in; a level of the CEFR is called what it is."""
    return CHOICES[language].get(code, code)
