"""What models say to their user in place of the text that was asked for, in the main languages.

A speaker may be sorry too, so an apology alone is no sign: what counts is that the writer speaks of its task, or of
itself as a program. Looked for at the beginning only, where such answers stand.
"""

from __future__ import annotations

import re
from functools import cache

_LINK = r"[^.!?。！？।]{0,60}?"
"""A few words of the same sentence."""

_ENGLISH = (
    r"(?:sure|certainly|of course|absolutely|okay|great)[,!.]? (?:here(?: is|'s| are)|i(?:'d| would| will|'ll) (?:be )?"
    r"(?:happy|glad|help|summari[sz]e|transcribe)|let me (?:help|summari[sz]e|transcribe))|"
    r"(?:i'm|i am) an? (?:ai|language model|text-based|large language)|as an? (?:ai|(?:large )?language model)\b|"
    rf"(?:i'm|i am|i apologi[sz]e|sorry|unfortunately)\b{_LINK}(?:can(?:not|'t)|unable to|not able to|do(?:n't| not))"
    rf"{_LINK}\b(?:transcri|summari[sz]|audio|listen to (?:the|this)|assist|help with (?:that|this)|"
    r"access to the|process (?:the|this)|fulfil|recording)|"
    rf"i(?: am|'m)? ?(?:cannot|can't|unable to|not able to){_LINK}\b(?:transcri|summari[sz]|assist|"
    r"help with (?:that|this)|process (?:the|this)|fulfil|listen to (?:the|this|audio))|"
    r"(?:here is|here's) (?:the|a|your) (?:transcript|transcription|summary)|"
    r"(?:please )?(?:provide|share|upload) (?:me with )?(?:the|your|an?) (?:transcript|audio|text|recording|file)|"
    r"i(?:'d| would) be (?:happy|glad) to (?:help|assist|summari[sz]e|transcribe)"
)
_GERMAN = (
    rf"(?:es tut mir leid|tut mir leid|leider|entschuldigung|verzeihung|ich)\b{_LINK}kann\b{_LINK}"
    r"(?:transkribier|zusammenfass|audio|dabei (?:nicht )?helfen|aufnahme)|"
    r"als (?:eine? )?(?:ki|künstliche intelligenz|sprachmodell|ki-(?:modell|assistent))\b|"
    r"(?:gerne?|natürlich|selbstverständlich)[,!.]? hier (?:ist|sind)|"
    r"hier ist (?:die|eine|das|ihre|deine) (?:zusammenfassung|transkript(?:ion)?|abschrift)|"
    r"bitte (?:stellen|geben|senden|laden) sie\b" + _LINK + r"(?:transkript|audio|text|aufnahme|datei)"
)
_FRENCH = (
    rf"(?:je suis désolée?|désolée?|malheureusement|je)\b{_LINK}ne (?:peux|suis)\b{_LINK}"
    r"(?:transcri|résum|audio|enregistrement)|"
    r"en tant qu['’](?:ia|intelligence artificielle|assistant)|en tant que modèle|"
    r"(?:bien sûr|certainement|avec plaisir)\s?[,!.]? voici|"
    r"voici (?:la|une|le|un|votre) (?:transcription|résumé)|"
    r"(?:veuillez|merci de) (?:me )?fournir"
)
_SPANISH_PORTUGUESE_ITALIAN = (
    rf"(?:lo siento|lamentablemente|desculpe|lamento|sinto muito|infelizmente|mi dispiace|purtroppo|no|não|non)"
    rf"\b{_LINK}(?:pued|pod|posso|poss|consigo)\w*\b{_LINK}(?:transcri|trascri|resum|riassum|[áa]udio|"
    r"grabación|gravação|registrazione)|"
    r"como (?:una? |uma? )?(?:ia|inteligencia artificial|inteligência artificial|modelo de (?:lenguaje|linguagem))\b|"
    r"in quanto (?:ia|intelligenza artificiale|modello)|"
    r"(?:claro|por supuesto|com certeza|certo|certamente)[,!.]? (?:aquí (?:está|tienes)|aqui está|ecco)|"
    r"(?:aquí (?:está|tienes)|aqui está|ecco) (?:la|el|o|a|il|un|una|um|uma) (?:transcri|trascri|resum|riassunto)|"
    r"por favor,? (?:proporci|forneça|envíe|envie)"
)
_DUTCH_POLISH_TURKISH = (
    rf"(?:het spijt me|sorry|helaas|ik)\b{_LINK}kan\b{_LINK}(?:transcriber|samenvatt|audio|opname)|"
    r"als (?:ai|taalmodel|kunstmatige intelligentie)\b|"
    rf"(?:przepraszam|przykro mi|niestety)\b{_LINK}nie (?:mogę|jestem w stanie){_LINK}"
    r"(?:transkry|przepisa|stre[sś]|audio|nagrani)|"
    rf"(?:üzgünüm|maalesef|özür dilerim)\b{_LINK}(?:ses|yazıya|özet|transkri|kayd)"
    rf"{_LINK}(?:amıyorum|emiyorum|amam|emem)"
)
_RUSSIAN = (
    rf"(?:извините|простите|к сожалению|мне жаль|я)\b{_LINK}не (?:могу|в состоянии|умею)\b{_LINK}"
    r"(?:расшифр|транскриб|аудио|прослуш|резюм|запис)|"
    r"как (?:ии|искусственный интеллект|языковая модель)\b|я (?:—|-)? ?языковая модель"
)
_EAST_ASIAN = (
    r"(?:很?抱歉|对不起|對不起|我)[^。！？]{0,20}(?:无法|無法|不能)[^。！？]{0,12}(?:转录|轉錄|转写|音频|音頻|总结|總結)|"
    r"作为(?:一个|一個)?(?:人工智能|AI|语言模型)|作為(?:一個)?(?:人工智慧|AI|語言模型)|以下是(?:该|這段|这段)?[^。]{0,8}(?:转录|轉錄|摘要|总结)|"
    r"(?:申し訳(?:ありません|ございません)|すみません|残念ながら)[^。！？]{0,40}(?:文字起こし|書き起こ|音声|要約)[^。！？]{0,20}"
    r"(?:できません|できない|いたしかねます)|"
    r"(?:AI|言語モデル)(?:として|である|なので)|以下は[^。]{0,12}(?:文字起こし|要約)です|"
    r"(?:죄송합니다|죄송하지만|유감스럽게도)[^.!?]{0,5}[.,]?[^.!?]{0,30}(?:전사|받아쓰|오디오|음성|요약)[^.!?]{0,20}(?:없습니다|못합니다)|"
    r"(?:저는 )?(?:AI|인공지능|언어 모델)(?:로서|이므로|이기 때문)"
)
_ARABIC_HINDI = (
    r"(?:عذر[اًا]+|آسف|أعتذر|للأسف)[^.!؟]{0,30}(?:لا (?:أستطيع|يمكنني|أقدر))[^.!؟]{0,30}"
    r"(?:تفريغ|نسخ|الصوت|صوتي|تلخيص)|"
    r"بصفتي (?:نموذج|ذكاء)|"
    r"(?:माफ़?\s?कीजिए|माफ़ करें|क्षमा करें|मुझे खेद है|खेद है)[^।!?]{0,40}(?:ऑडियो|लिप्यंतर|ट्रांसक्र|सारांश)[^।!?]{0,30}"
    r"(?:नहीं|असमर्थ)|"
    r"एक (?:एआई|AI|भाषा मॉडल) (?:के रूप में|होने के नाते)"
)

_EACH = (
    _ENGLISH,
    _GERMAN,
    _FRENCH,
    _SPANISH_PORTUGUESE_ITALIAN,
    _DUTCH_POLISH_TURKISH,
    _RUSSIAN,
    _EAST_ASIAN,
    _ARABIC_HINDI,
)
_LEADING = "\"'“”„«»*_#>- \n"


def found(text: str) -> bool:
    """Whether `text` begins as talk to the user."""
    return _refusal().match(text.lstrip(_LEADING).replace("’", "'")) is not None


@cache
def _refusal() -> re.Pattern[str]:
    """Compiled when it is first needed: it takes longer than most commands that need none."""
    return re.compile("|".join(_EACH), re.IGNORECASE)
