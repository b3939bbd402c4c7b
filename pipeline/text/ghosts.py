"""What recognisers write where nobody speaks: the ends of the films that they learnt from.

One sign among others: all of it can also be said by somebody.
"""

from __future__ import annotations

import re

_GHOSTS = re.compile(
    r"you|bye|so|okay|oh|hmm?|uh|the end|silence|music|applause"
    r"|thank(?:s| you)(?: (?:so|very) much)?(?: for (?:watching|listening|your attention))?(?: everyone)?"
    r"|(?:please )?(?:like and )?subscribe.*|see you (?:next time|in the next.*)"
    r"|.*\bamara ?org\b.*|subtitles? (?:by|from).*|translated by.*|transcription by.*"
    r"|untertitel.*|vielen dank(?: fürs zuschauen)?|danke fürs zuschauen|copyright wdr.*|swr 20\d\d.*"
    r"|sous titr.*|merci(?: d avoir regardé.*)?|abonnez vous.*"
    r"|gracias(?: por ver.*)?|subtítulos.*|suscríbete.*|obrigad[oa](?: por assistir.*)?|legendas.*"
    r"|grazie(?: per.*)?|sottotitoli.*|ondertiteld.*|bedankt voor het kijken.*|tack för att.*|napisy.*|dziękuję.*"
    r"|продолжение следует|субтитры.*|спасибо за просмотр.*|подписывайтесь.*|altyazı.*|izlediğiniz için.*"
    r"|ご視聴ありがとうございました.*|ご清聴ありがとうございました.*|チャンネル登録.*|字幕.*|请不吝点赞.*|谢谢(?:大家|观看).*"
    r"|시청해 ?주셔서 감사합니다.*|구독.*|أشترك في القناة.*|ترجمة.*|धन्यवाद.*",
)


def is_ghost(text: str) -> bool:
    """Whether `text` is nothing but a phrase that recognisers write over silence, music and noise."""
    bare = " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
    return not bare or _GHOSTS.fullmatch(bare) is not None
