"""German."""

from __future__ import annotations

from pipeline.text.lexicons.lexicon import Headings, Lexicon

_DO = (
    r"schicken|senden|schreiben|vorbereiten|fertigstellen|prüfen|messen|bestellen|buchen|planen|organisieren|"
    r"einreichen|"
    r"verteilen|liefern|sammeln|anrufen|kontaktieren|klären|herausfinden|testen|bauen|reparieren|ersetzen|"
    r"zusammenstellen|einladen|übersetzen|hochladen|erledigen|besorgen|aktualisieren|informieren"
)
_DOES = (
    r"schickt|sendet|schreibt|bereitet|prüft|misst|bestellt|bucht|plant|organisiert|reicht|verteilt|liefert|sammelt|"
    r"ruft|"
    r"kontaktiert|klärt|testet|baut|repariert|ersetzt|stellt|lädt|übersetzt|erledigt|besorgt|aktualisiert|informiert|"
    r"kümmert sich|übernimmt|bringt|meldet"
)
_DAY = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)"

LEXICON = Lexicon(
    empty_words=(
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bin "
        "bis bisschen bist da dabei dafür dagegen daher damit danach dann daran darauf darf darum darüber das dass "
        "davon dazu dein deine dem den denn der deren des dessen deshalb dich die dies diese diesem diesen dieser "
        "dieses dinge dir doch dort drei du durch dürfen eben eigentlich ein eine einem einen einer eines einfach "
        "einige einmal er erst erste ersten es etwa etwas euch euer frage für gab ganz gar geben gegen gehen geht "
        "gemacht genau genug gerade gern gerne gesagt gibt ging glaube gleich gut gute guten habe haben hat hatte "
        "hatten her heute hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins irgendwie ist "
        "ja jede jeden jeder jedes jedoch jemand jetzt kann kannst kein keine keinen keiner klar kommen kommt konnte "
        "können könnte könnten lassen leute machen macht mal man manche mehr mein meine meinen meiner meint mich mir "
        "mit muss musste müssen müsste nach nachdem natürlich neben nein neue neuen nicht nichts nie niemand noch nun "
        "nur ob oder ohne paar punkt rein sache sachen sage sagen sagt schon sehen sehr sein seine seinem seinen "
        "seiner seit sich sicher sie sieht sind so sogar solche soll sollen sollte sollten sondern sonst später statt "
        "tag tun über überhaupt um und uns unser unsere unserem unseren unserer unter viel viele vielen vielleicht "
        "vom von vor wann war waren warum was weg wegen weil weiter weiß welche welchen welcher welches wem wen wenig "
        "wenn wer werde werden wie wieder will wir wird wirklich wissen wo wohl wollen wollte worden wurde wurden "
        "während würde würden ziemlich zu zuerst zum zur zurück zusammen zwar "
        "zwei zwischen herr herrn frau damen herren"
        " acht achtzig dreißig elf fünf fünfzig hundert million millionen neun neunzig prozent sechs sechzig sieben"
        " siebzig tausend vier vierzig zehn zwanzig zwölf"
    ),
    unit_words=(
        "euro euros dollar stunde stunden minute minuten sekunden tage tagen woche wochen monat monate jahr"
        " jahre jahren meter"
    ),
    own_words="ich mein meine meinem meinen meiner meines mich mir",
    group_words="uns unser unsere unserem unseren unserer unseres wir",
    opening=(
        r"und (?!zwar\b)|(?:und|also|ja|na ja|naja|nun|so|gut|okay|ok|genau|tja|na gut|ich meine),+ |"
        r"(?:gut|okay|ja|na) (?=also\b)"
    ),
    hesitation_words="äh ähm ehm hm hmm mhm öh",
    modal_words=(
        "brauche brauchen braucht brauchte darf dürfen dürfte glaube glauben habe haben hat idee ideen kann "
        "können könnte könnten möchte möchten muss müssen müsste müssten soll sollen sollte sollten will "
        "wollen wollte wünschen würde würden"
    ),
    date_words=("bis vor", "ab seit", "nach"),
    filler_words=(
        "äh ähm ach aha alles also bitte danke doch eben entschuldigung genau gut gute guten hallo hm hmm ja jo klar "
        "mhm moin na naja nein nö okay ok prima richtig schön servus so stimmt super tja toll tschüss wunderbar"
    ),
    courtesy=(
        r"guten (?:morgen|tag|abend)|gute nacht|hallo(?: zusammen)?|herzlich willkommen|willkommen|grüß gott|"
        r"(?:vielen|herzlichen|besten) dank|danke(?: (?:schön|sehr|euch|ihnen|dir))?|bitte(?: schön| sehr)|"
        r"gern geschehen|"
        r"auf wiedersehen|auf wiederhören|tschüss|bis (?:dann|morgen|bald|nächste woche|zum nächsten mal)|"
        r"schönen (?:tag|abend|feierabend)|schönes wochenende|wie geht(?:'s| es)|freut mich|"
        r"freue mich (?:auf|sie|dich|euch)|freuen uns (?:auf|sie|dich|euch)|herzlichen glückwunsch"
    ),
    housekeeping=(
        r"(?:könnt|kann|können) (?:ihr|man|sie) mich (?:hören|sehen|verstehen)|entschuldigung|"
        r"tut mir leid|einen (?:moment|augenblick)|moment mal|warte mal|"
        r"(?:können|wollen|sollen) wir (?:anfangen|beginnen|starten)|fangen wir an|"
        r"die sitzung ist (?:geschlossen|beendet)"
    ),
    introduction=(
        r"mein name ist|ich heiße|stell\w* (?:mich|uns|euch|sich) (?:\w+ )?vor|ich komme aus|"
        r"die (?:heutige )?tagesordnung|(?:minuten|stunden?) (?:zeit|übrig)|(?:das )?protokoll (?:schreib\w*|führ\w*)|"
        r"(?:nächste|diese|die|meine) (?:folien?|präsentation)|(?:mein|das) (?:mikrofon|bildschirm|flipchart)|"
        r"meine (?:(?:erste|zweite|dritte|nächste|letzte) )?frage|(?:mein|meine) lieblings\w+|"
        r"ich (?:werde|möchte|will)(?: \w+){0,4} (?:vorstellen|präsentieren|vortragen)"
    ),
    moves_on=(
        r"nächste[rn]? (?:punkt|thema|tagesordnungspunkt|frage|folie|kapitel|abschnitt)|kommen wir (?:zu|nun|jetzt)|"
        r"gehen wir (?:weiter|über|zu)|(?:machen|fahren) wir (?:weiter|fort)|weiter (?:geht es |geht's )?mit|"
        r"auf der tagesordnung|erste[rn]? punkt|letzte[rn]? punkt|als nächstes|zum thema|zum schluss|"
        r"wenden wir uns|(?:jetzt|nun) zu[mr]?|was (?:den|die|das) .{1,40} (?:angeht|betrifft)"
    ),
    negation=r"nicht|kein\w*|nie|niemals|niemand|nichts|weder|ohne|abgelehnt|lehnt",
    claim=(
        (
            r"beschl(?:oss|iess|ieß)\w*|beschlossen|entschied\w*|vereinbart\w*|geeinigt|einig",
            r"machen wir|so machen|zugestimmt",
        ),
        (r"genehmig\w+|bewilligt\w*", r"zugestimmt|erlaub\w*"),
        (
            (
                r"(?:die|diese) (?:notizen|zusammenfassung) (?:erwähn|sag|nenn|beschreib)\w+|"
                r"das (?:transkript|protokoll) (?:erwähnt|sagt|nennt|beschreibt)"
            ),
            r"in den notizen",
        ),
        (
            (
                r"(?:das (?:treffen|meeting|gespräch|telefonat)|die (?:besprechung|sitzung|diskussion|aufnahme)) "
                r"(?:ist|war|geht|ging|handelt\w*|behandelt\w*|dreht\w*|umfasst\w*)"
            ),
            (
                r"(?:das|unser|dieses) (?:treffen|meeting|gespräch|telefonat)|"
                r"(?:die|unsere|diese) (?:besprechung|sitzung|diskussion|aufnahme)"
            ),
        ),
        (r"abgelehnt|ablehn\w*", r"nicht|kein\w*|dagegen"),
    ),
    decision=(
        r"wir (?:haben|hatten) (?:uns |jetzt |auch |gemeinsam )*(?:darauf |dafür |dagegen )?(?:\w+ ){0,6}"
        r"(?:beschlossen|vereinbart|entschieden|geeinigt)|(?:es|das) (?:ist|wurde|wird) (?:\w+ ){0,4}"
        r"(?:beschlossen|vereinbart|entschieden)|"
        r"(?:dann |also )?sind wir uns einig|wir einigen uns|der beschluss (?:ist|lautet)"
    ),
    doubt=(
        r"ob|wenn|falls|vielleicht|könnten|würden|sollten wir|noch nicht|nicht (?:beschlossen|entschieden)|bevor|"
        r"sobald"
    ),
    promise=(
        r"ich (?P<verb>schicke|sende|schreibe|bereite|prüfe|messe|bestelle|buche|plane|organisiere|reiche|verteile|"
        r"liefere|"
        r"sammle|rufe|kontaktiere|kläre|teste|baue|repariere|ersetze|stelle|lade|übersetze|erledige|besorge|"
        r"aktualisiere|"
        r"informiere|kümmere mich|übernehme)|"
        rf"ich werde (?P<verbs>(?:[^.,]{{1,60}} )?(?:{_DO}))"
    ),
    duty=(rf"(?P<verb>{_DOES})|(?:soll|muss|wird|sollte) (?P<verbs>(?:[^.,]{{1,60}} )?(?:{_DO}))"),
    request=(
        rf"bitte (?P<verb>{_DO})|(?:kannst du|könntest du|können sie|könnten sie) (?:bitte )?"
        rf"(?P<verbs>(?:[^.,?]{{1,60}} )?(?:{_DO}))"
    ),
    undecided=(
        r"(?:ist|sind|bleibt|bleiben) (?:noch )?(?:offen|unklar|ungeklärt)|(?:müssen|muss) (?:wir |man )?noch "
        r"(?:\w+ ){0,5}(?:klären|entscheiden|herausfinden)|wir wissen (?:noch )?nicht, (?:ob|wie|wer|wann|was)|"
        r"die frage ist, (?:ob|wie|wer|wann|was)"
    ),
    attribution=(
        r"(?:sagt|sagte|fragt|fragte|erklärt|erklärte|erwähnt|erwähnte|meint|meinte|schlägt|schlug|verspricht|"
        r"versprach|betont|betonte|möchte|will|beschreibt|berichtet|nennt|hält|bestätigt|antwortet|stimmt|"
        r"findet|denkt|glaubt|hofft|bittet|warnt|kündigt|stellt|weist|spricht|redet|bespricht|ergänzt|bemerkt|"
        r"liest)"
    ),
    joining=r"und (?=(?:der|die|das|er|sie|es|wir|man) )",
    asking=r"frag\w*|ob|wie|warum|wer|was|welche[rsnm]?|unklar",
    possible=r"entweder|wenn|falls|sofern|könnt\w*|vielleicht|möglicherweise|eventuell|womöglich",
    hedge=(
        r"würd\w*|kann|können|soll\w*|muss|müssen|dürf\w*|möglich\w*|wohl|wahrscheinlich|ob|schlägt|schlug|"
        r"vorschl\w*|vorgeschlagen|überleg\w*|möcht\w*|will|woll\w*|wünsch\w*|plan\w*|geplant|denk\w*|glaub\w*|"
        r"mein\w*|hoff\w*|frag\w*|ideen?|abhäng\w*|hängt"
    ),
    inversion=(
        r"(?:(?:und|aber|also|oder|na|ja|nun|dann)\W+)*(?:(?:ist|sind|war|waren|hat|haben|hast|habe|habt|kann|"
        r"können|kannst|könnt|soll|sollen|sollte|sollten|darf|dürfen|muss|müssen|wird|werden|wirst|will|"
        r"wollen|willst|möchte|möchten|gibt|macht|machen|geht|weiß|wissen|weißt) (?:ich|du|er|sie|es|wir|ihr|"
        r"man|jemand|das|denn|noch)|(?:was|wo|wann|warum|wieso|wer|wie|welche[rsnm]?) (?:ist|sind|hat|haben|"
        r"kann|können|soll|sollen|wird|werden|machen|heißt))"
    ),
    assent=r"ja|genau|richtig|stimmt|natürlich|klar|selbstverständlich",
    dependent=r"weil|obwohl|sodass|wobei|wodurch|weshalb",
    deadline=(
        rf"(?:bis |vor |ab )?(?:morgen|übermorgen|heute|(?:nächste|kommende|diese)[nrsm]? (?:woche|monat|jahr|"
        rf"{_DAY})|"
        r"(?:zum )?ende (?:der|des|dieser|nächster) (?:woche|monats|jahres)|(?:zur |zum )?nächsten sitzung)|"
        r"alle \w+ (?:tage|wochen|monate)|jede[nsr]? (?:tag|woche|monat)|(?:in|innerhalb von) \w+ (?:tagen|wochen|"
        r"monaten)"
    ),
    before_date=r"(?:bis|vor|ab|am|vom|zum|bis zum)(?: dem| den)?",
    headings=Headings(
        language="de",
        summary="Zusammenfassung",
        decisions="Entscheidungen",
        tasks="Aufgaben",
        questions="Offene Fragen",
        figures="Zahlen",
        chapters="Kapitel",
        who="Wer",
        what="Was",
        when="Bis wann",
        said_at="Gesagt bei",
        by="von",
        untitled="Ohne Titel",
        full="Vollständig",
        speakers="Sprecher",
        to_do="Zu tun",
        coverage="Abdeckung",
        expected="Erwartete Wörter",
    ),
)
