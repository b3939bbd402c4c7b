"""Guards are fair to every script: what people say is no loop and not too fast, what repeats is one in all of them."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.text import guards

SPOKEN = {
    "Latin": (
        "Good morning everybody, I would like to begin with the old bridge. The engineers were there on "
        "Tuesday and found two cracks in the northern arch. Repairing it takes about six weeks, and in "
        "that time the buses will go round by the mill. Please tell your neighbours, and ask me if "
        "anything is unclear."
    ),
    "Cyrillic": (
        "Доброе утро, коллеги, начнём со старого моста. Во вторник там были инженеры и нашли две трещины "
        "в северной арке. Ремонт займёт около шести недель, и всё это время автобусы будут ходить мимо "
        "мельницы. Пожалуйста, предупредите соседей и спрашивайте, если что-то непонятно."
    ),
    "Greek": (
        "Καλημέρα σε όλους, θα ήθελα να ξεκινήσουμε με την παλιά γέφυρα. Οι μηχανικοί πήγαν εκεί την "
        "Τρίτη και βρήκαν δύο ρωγμές στη βόρεια καμάρα. Η επισκευή θα κρατήσει περίπου έξι εβδομάδες και "
        "τα λεωφορεία θα περνούν από τον μύλο. Ενημερώστε τους γείτονές σας και ρωτήστε με αν κάτι δεν "
        "είναι σαφές."
    ),
    "Arabic": (
        "صباح الخير جميعا، أود أن نبدأ بموضوع الجسر القديم. ذهب المهندسون إليه يوم الثلاثاء ووجدوا شقين "
        "في القوس الشمالي. سيستغرق الإصلاح حوالي ستة أسابيع، وخلال هذه المدة ستمر الحافلات من طريق "
        "الطاحونة. أرجو أن تخبروا جيرانكم، واسألوني إذا كان هناك شيء غير واضح."
    ),
    "Hebrew": (
        "בוקר טוב לכולם, אני רוצה להתחיל בגשר הישן. המהנדסים היו שם ביום שלישי ומצאו שני סדקים בקשת "
        "הצפונית. התיקון ייקח בערך שישה שבועות, ובזמן הזה האוטובוסים ייסעו דרך הטחנה. בבקשה ספרו לשכנים "
        "שלכם, ותשאלו אותי אם משהו לא ברור."
    ),
    "Devanagari": (
        "सबको नमस्कार, मैं पुराने पुल से शुरू करना चाहता हूँ। मंगलवार को इंजीनियर वहाँ गए थे और उन्हें "
        "उत्तरी मेहराब में दो दरारें मिलीं। मरम्मत में लगभग छह हफ़्ते लगेंगे और तब तक बसें चक्की के "
        "रास्ते से चलेंगी। कृपया अपने पड़ोसियों को बता दीजिए, और कुछ समझ में न आए तो मुझसे पूछिए।"
    ),
    "Bengali": (
        "সবাইকে নমস্কার, আমি পুরোনো সেতুটা দিয়ে শুরু করতে চাই। মঙ্গলবার প্রকৌশলীরা সেখানে গিয়েছিলেন "
        "এবং উত্তরের খিলানে দুটো ফাটল পেয়েছেন। মেরামত করতে প্রায় ছয় সপ্তাহ লাগবে, আর ততদিন বাসগুলো "
        "কলের পাশ দিয়ে ঘুরে যাবে। দয়া করে প্রতিবেশীদের জানাবেন, কিছু বুঝতে না পারলে আমাকে জিজ্ঞেস "
        "করবেন।"
    ),
    "Gurmukhi": (
        "ਸਾਰਿਆਂ ਨੂੰ ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਮੈਂ ਪੁਰਾਣੇ ਪੁਲ ਤੋਂ ਗੱਲ ਸ਼ੁਰੂ ਕਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ। ਮੰਗਲਵਾਰ ਨੂੰ ਇੰਜੀਨੀਅਰ "
        "ਉੱਥੇ ਗਏ ਸਨ ਅਤੇ ਉਨ੍ਹਾਂ ਨੂੰ ਉੱਤਰੀ ਪਾਸੇ ਦੋ ਤਰੇੜਾਂ ਮਿਲੀਆਂ। ਮੁਰੰਮਤ ਵਿੱਚ ਲਗਭਗ ਛੇ ਹਫ਼ਤੇ ਲੱਗਣਗੇ ਅਤੇ "
        "ਉਦੋਂ ਤੱਕ ਬੱਸਾਂ ਚੱਕੀ ਵਾਲੇ ਰਾਹ ਜਾਣਗੀਆਂ। ਕਿਰਪਾ ਕਰਕੇ ਆਪਣੇ ਗੁਆਂਢੀਆਂ ਨੂੰ ਦੱਸ ਦਿਓ।"
    ),
    "Gujarati": (
        "સૌને નમસ્તે, હું જૂના પુલથી શરૂઆત કરવા માગું છું. મંગળવારે ઇજનેરો ત્યાં ગયા હતા અને તેમને ઉત્તર "
        "તરફની કમાનમાં બે તિરાડો મળી. સમારકામમાં લગભગ છ અઠવાડિયાં લાગશે અને ત્યાં સુધી બસો ઘંટી પાસેથી "
        "ફરીને જશે. મહેરબાની કરીને તમારા પડોશીઓને કહેજો, અને કંઈ ન સમજાય તો મને પૂછજો."
    ),
    "Tamil": (
        "அனைவருக்கும் வணக்கம், பழைய பாலத்திலிருந்து தொடங்க விரும்புகிறேன். செவ்வாய்க்கிழமை பொறியாளர்கள் "
        "அங்கே சென்று வடக்கு வளைவில் இரண்டு விரிசல்களைக் கண்டார்கள். பழுதுபார்க்க ஏறக்குறைய ஆறு வாரங்கள் "
        "ஆகும், அதுவரை பேருந்துகள் ஆலை வழியாகச் சுற்றிப் போகும். தயவுசெய்து உங்கள் அண்டை வீட்டாரிடம் "
        "சொல்லுங்கள், ஏதாவது புரியாவிட்டால் என்னிடம் கேளுங்கள்."
    ),
    "Telugu": (
        "అందరికీ నమస్కారం, పాత వంతెనతో మొదలుపెడదాం. మంగళవారం ఇంజనీర్లు అక్కడికి వెళ్లి ఉత్తరం వైపు ఉన్న "
        "తోరణంలో రెండు పగుళ్లు చూశారు. మరమ్మతుకు దాదాపు ఆరు వారాలు పడుతుంది, అప్పటివరకు బస్సులు మిల్లు "
        "దారిలో తిరిగి వెళ్తాయి. దయచేసి మీ ఇరుగుపొరుగు వారికి చెప్పండి, ఏదైనా అర్థం కాకపోతే నన్ను అడగండి."
    ),
    "Kannada": (
        "ಎಲ್ಲರಿಗೂ ನಮಸ್ಕಾರ, ಹಳೆಯ ಸೇತುವೆಯಿಂದ ಆರಂಭಿಸೋಣ. ಮಂಗಳವಾರ ಎಂಜಿನಿಯರುಗಳು ಅಲ್ಲಿಗೆ ಹೋಗಿ ಉತ್ತರದ ಕಮಾನಿನಲ್ಲಿ "
        "ಎರಡು ಬಿರುಕುಗಳನ್ನು ಕಂಡರು. ದುರಸ್ತಿಗೆ ಸುಮಾರು ಆರು ವಾರ ಬೇಕಾಗುತ್ತದೆ, ಅಲ್ಲಿಯವರೆಗೆ ಬಸ್ಸುಗಳು ಗಿರಣಿಯ "
        "ದಾರಿಯಲ್ಲಿ ಹೋಗುತ್ತವೆ. ದಯವಿಟ್ಟು ನಿಮ್ಮ ನೆರೆಯವರಿಗೆ ತಿಳಿಸಿ, ಏನಾದರೂ ಅರ್ಥವಾಗದಿದ್ದರೆ ನನ್ನನ್ನು ಕೇಳಿ."
    ),
    "Malayalam": (
        "എല്ലാവർക്കും നമസ്കാരം, നമുക്ക് പഴയ പാലത്തിൽ നിന്ന് തുടങ്ങാം. ചൊവ്വാഴ്ച എഞ്ചിനീയർമാർ അവിടെ പോയി "
        "വടക്കേ കമാനത്തിൽ രണ്ട് വിള്ളലുകൾ കണ്ടു. നന്നാക്കാൻ ഏകദേശം ആറ് ആഴ്ച വേണം, അതുവരെ ബസുകൾ "
        "മില്ലിന്റെ വഴി ചുറ്റിപ്പോകും. ദയവായി അയൽക്കാരോട് പറയുക, എന്തെങ്കിലും മനസ്സിലായില്ലെങ്കിൽ "
        "എന്നോട് ചോദിക്കുക."
    ),
    "Sinhala": (
        "සියලු දෙනාටම සුබ උදෑසනක්, අපි පරණ පාලමෙන් පටන් ගනිමු. අඟහරුවාදා ඉංජිනේරුවන් එතැනට ගොස් උතුරු "
        "ආරුක්කුවේ ඉරිතැලීම් දෙකක් දුටුවා. අලුත්වැඩියාවට සති හයක් පමණ ගත වෙනවා, ඒ වන තුරු බස් රථ මෝල "
        "අසලින් යනවා. කරුණාකර අසල්වැසියන්ට කියන්න, යමක් නොතේරෙනවා නම් මගෙන් අහන්න."
    ),
    "Thai": (
        "สวัสดีทุกคนครับ ผมอยากเริ่มเรื่องสะพานเก่าก่อน วิศวกรไปดูมาเมื่อวันอังคารแล้วพบรอยร้าวส"
        "องแห่งที่โค้งด้านเหนือ การซ่อมจะใช้เวลาประมาณหกสัปดาห์ ระหว่างนั้นรถเมล์จะอ้อมไปทางโรงสี "
        "ช่วยบอกเพื่อนบ้านด้วยนะครับ ถ้ามีอะไรไม่เข้าใจก็ถามผมได้เลย"
    ),
    "Lao": (
        "ສະບາຍດີທຸກຄົນ ຂ້ອຍຢາກເລີ່ມເລື່ອງຂົວເກົ່າກ່ອນ ນາຍຊ່າງໄປເບິ່ງມື້ວັນອັງຄານ "
        "ແລະພົບຮອຍແຕກສອງບ່ອນຢູ່ທາງເໜືອ ການສ້ອມແປງຈະໃຊ້ເວລາປະມານຫົກອາທິດ "
        "ໃນລະຫວ່າງນັ້ນລົດເມຈະອ້ອມໄປທາງໂຮງສີ ກະລຸນາບອກເພື່ອນບ້ານແດ່ ຖ້າບໍ່ເຂົ້າໃຈຫຍັງກໍຖາມຂ້ອຍໄດ້"
    ),
    "Burmese": (
        "အားလုံးမင်္ဂလာပါ၊ တံတားဟောင်းအကြောင်း အရင်ပြောချင်ပါတယ်။ အင်္ဂါနေ့က အင်ဂျင်နီယာတွေ "
        "သွားကြည့်ပြီး မြောက်ဘက်မှာ အက်ကြောင်းနှစ်ခု တွေ့ခဲ့တယ်။ ပြင်ဖို့ ခြောက်ပတ်လောက် ကြာမယ်၊ "
        "အဲဒီအချိန်မှာ ဘတ်စ်ကားတွေ ဆန်စက်ဘက်က ပတ်သွားရမယ်။ အိမ်နီးချင်းတွေကို ပြောပြပေးပါ။"
    ),
    "Khmer": (
        "សួស្តីទាំងអស់គ្នា ខ្ញុំចង់ចាប់ផ្តើមពីស្ពានចាស់។ កាលពីថ្ងៃអង្គារ វិស្វករបានទៅមើល "
        "ហើយរកឃើញស្នាមប្រេះពីរនៅខាងជើង។ ការជួសជុលត្រូវការពេលប្រហែលប្រាំមួយសប្តាហ៍ ហើយក្នុងពេលនោះរថយន្ត"
        "ក្រុងនឹងវាងតាមរោងម៉ាស៊ីន។ សូមប្រាប់អ្នកជិតខាងរបស់អ្នកផង។"
    ),
    "Georgian": (
        "დილა მშვიდობისა ყველას, მინდა ძველი ხიდით დავიწყო. სამშაბათს იქ ინჟინრები იყვნენ და ჩრდილოეთ "
        "თაღში ორი ბზარი იპოვეს. შეკეთებას დაახლოებით ექვსი კვირა დასჭირდება და ამ დროს ავტობუსები "
        "წისქვილთან შემოივლიან. გთხოვთ, უთხარით მეზობლებს და მკითხეთ, თუ რამე გაუგებარია."
    ),
    "Armenian": (
        "Բարի լույս բոլորին, ուզում եմ սկսել հին կամրջից։ Երեքշաբթի օրը ինժեներներն այնտեղ էին և "
        "հյուսիսային կամարում երկու ճաք գտան։ Վերանորոգումը կտևի մոտ վեց շաբաթ, և այդ ընթացքում "
        "ավտոբուսները կանցնեն ջրաղացի մոտով։ Խնդրում եմ զգուշացրեք ձեր հարևաններին, իսկ եթե որևէ բան "
        "պարզ չէ, հարցրեք ինձ։"
    ),
    "Ethiopic": (
        "ለሁላችሁም እንደምን አደራችሁ፣ ከአሮጌው ድልድይ መጀመር እፈልጋለሁ። መሐንዲሶቹ ማክሰኞ እዚያ ሄደው በሰሜን በኩል ሁለት ስንጥቆች አገኙ። ጥገናው "
        "ስድስት ሳምንት ያህል ይወስዳል፣ በዚያን ጊዜ አውቶቡሶቹ በወፍጮው በኩል ይዞራሉ። እባካችሁ ለጎረቤቶቻችሁ ንገሩ፣ ግልጽ ያልሆነ ነገር ካለ ጠይቁኝ።"
    ),
    "Hangul": (
        "여러분 안녕하세요, 오래된 다리 이야기부터 시작하겠습니다. 화요일에 기술자들이 가서 북쪽 "
        "아치에서 금이 간 곳을 두 군데 찾았습니다. 수리에는 육 주쯤 걸리고 그동안 버스는 방앗간 쪽으로 "
        "돌아갑니다. 이웃분들께 꼭 알려 주시고, 궁금한 점이 있으면 저에게 물어보세요."
    ),
    "Japanese": (
        "皆さんおはようございます、まず古い橋の話から始めたいと思います。火曜日に技術者が"
        "現地へ行き、北側のアーチに二か所のひび割れを見つけました。修理にはおよそ六週間か"
        "かり、その間バスは水車小屋のほうを回ります。ご近所の方にも伝えてください。分から"
        "ないことがあれば私に聞いてください。"
    ),
    "Chinese": (
        "大家早上好，我想先说说那座老桥的事情。星期二工程师去看过，在北边的桥拱上发现了两"
        "道裂缝。修理大概要六个星期，这段时间公交车会从磨坊那边绕过去。请大家告诉邻居，有"
        "什么不清楚的地方可以来问我。"
    ),
}
SECONDS = 30.0
UNSPACED = ("Thai", "Lao", "Burmese", "Khmer", "Japanese", "Chinese")


@pytest.mark.parametrize("script", SPOKEN)
def test_what_people_say_is_believed(script: str) -> None:
    assert guards.transcript_fault(SPOKEN[script], SECONDS) == ""


def test_many_scripts_are_tried() -> None:
    assert len({name.split()[0] for text in SPOKEN.values() for name in [unicodedata.name(text[2])]}) >= 20


@pytest.mark.parametrize("script", SPOKEN)
@pytest.mark.parametrize(("letters", "times"), [(5, 12), (14, 8), (40, 6)])
def test_what_repeats_is_a_loop(script: str, letters: int, times: int) -> None:
    phrase = SPOKEN[script][20 : 20 + letters].strip() + " " * (script not in UNSPACED)
    assert guards.loops(phrase * times).startswith("loop")
    assert guards.loops(SPOKEN[script] + " " + phrase * 4 * times).startswith("loop"), "honest words and then a loop"


@pytest.mark.parametrize("script", SPOKEN)
def test_a_long_text_is_no_loop_because_it_is_long(script: str) -> None:
    everybody = [text for name, text in SPOKEN.items() if name != script]
    assert guards.loops(" ".join([SPOKEN[script], *everybody])) == ""


@pytest.mark.parametrize("script", SPOKEN)
def test_nobody_says_it_in_four_seconds(script: str) -> None:
    assert guards.too_fast(SPOKEN[script], 4).startswith("rate")


@pytest.mark.parametrize("script", SPOKEN)
def test_half_a_minute_of_it_is_not_too_fast_in_fifteen_seconds(script: str) -> None:
    assert guards.too_fast(SPOKEN[script], 15) == ""


def test_polite_endings_are_no_loop() -> None:
    assert guards.loops("出発しました。到着しました。開始しました。終了しました。報告しました。") == ""
    assert guards.loops("ใช่ครับ ได้ครับ ไม่ใช่ครับ ขอบคุณครับ สวัสดีครับ เชิญครับ") == ""


REFUSALS = [
    "I'm sorry, I cannot transcribe this audio.",
    "I am sorry, but I am unable to listen to the recording.",
    "Unfortunately I don't have access to the file.",
    "Es tut mir leid, ich kann diese Aufnahme nicht transkribieren.",
    "Leider kann ich die Audiodatei nicht anhören.",
    "Als KI-Assistent habe ich keine Ohren.",
    "Hier ist die Zusammenfassung des Gesprächs:",
    "Je suis désolé, je ne peux pas transcrire cet enregistrement.",
    "En tant que modèle de langage, je n'entends rien.",
    "Bien sûr ! Voici le résumé.",
    "Lo siento, no puedo transcribir este audio.",
    "Claro, aquí está el resumen.",
    "Desculpe, não consigo transcrever este áudio.",
    "Mi dispiace, non posso trascrivere questa registrazione.",
    "Het spijt me, ik kan deze audio niet transcriberen.",
    "Przepraszam, nie mogę przepisać tego nagrania.",
    "Üzgünüm, bu sesi yazıya dökemiyorum.",
    "Извините, я не могу расшифровать эту запись.",
    "很抱歉，我无法转录这段音频。",
    "申し訳ありませんが、この音声を文字起こしすることはできません。",
    "죄송합니다. 이 오디오를 전사할 수 없습니다.",
    "عذراً، لا أستطيع تفريغ هذا المقطع الصوتي.",
    "क्षमा करें, मैं इस ऑडियो को नहीं लिख सकता।",
    "**Sure! Here is a summary of the meeting:**",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_talk_in_any_language(text: str) -> None:
    assert guards.answers(text).startswith("answering")


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, I was late, the bus did not come.",
        "Sorry, I can't come on Friday because of the dentist.",
        "Sure, I can do that, and let me know when the crew is here.",
        "Sorry, I can't hear you, could you switch on the microphone?",
        "Unfortunately I can't provide a date yet.",
        "Leider kann ich Ihnen da nicht weiterhelfen.",
        "Je suis désolé, je ne vous entends pas.",
        "No puedo ayudarte mañana.",
        "I cannot open the window, it is painted shut.",
        "I am a teacher and I don't know much about dams.",
        "Of course, I went home.",
        "Es tut mir leid, ich kann am Freitag nicht kommen.",
        "Leider kann ich das Fenster nicht öffnen.",
        "Als Kind war ich oft am Fluss.",
        "Je suis désolé, je ne peux pas venir demain.",
        "Lo siento, no puedo venir mañana.",
        "No podemos esperar más.",
        "Desculpe, não posso ir amanhã.",
        "Извините, я не могу прийти завтра.",
        "很抱歉，我明天不能来。",
        "申し訳ありませんが、明日は行けません。",
        "죄송합니다. 내일은 갈 수 없습니다.",
        "عذراً، لا أستطيع الحضور غداً.",
        "क्षमा करें, मैं कल नहीं आ सकता।",
    ],
)
def test_a_speaker_may_be_sorry(text: str) -> None:
    assert guards.answers(text) == ""
