"""French."""

from __future__ import annotations

from pipeline.text.lexicons.lexicon import Headings, Lexicon

_DO = (
    r"envoyer|écrire|préparer|rédiger|finir|terminer|réparer|mettre à jour|mesurer|commander|réserver|planifier|"
    r"organiser|"
    r"soumettre|distribuer|livrer|rassembler|contacter|appeler|vérifier|tester|construire|installer|remplacer|"
    r"s'occuper|traduire|publier|informer|inviter|demander|apporter"
)
_DOES = (
    r"envoie|écrit|prépare|rédige|termine|répare|mesure|commande|réserve|planifie|organise|distribue|livre|contacte|"
    r"appelle|vérifie|teste|construit|installe|remplace|s'occupe|traduit|informe|apporte"
)

LEXICON = Lexicon(
    empty_words=(
        "à a ai aient ailleurs ainsi alors après as assez au aucun aucune aura aurait aussi autre autres aux avait "
        "avant avec avez avoir avons beaucoup bien bon bonne c car ce ceci cela celle celles celui ces cet cette ceux "
        "chaque chez chose choses combien comme comment d dans de des depuis dernier derrière dès dessous dessus deux "
        "deuxième devant devrait dire dit doit doivent donc dont du elle elles en encore enfin ensuite entre es est et "
        "étaient était étant été êtes être eu eux fait faire fais faites fois font gens grand il ils j je jour juste l "
        "la là le les lesquels leur leurs lui m ma mais me même mêmes merci mes mettre moi moins mon n ne ni non nos "
        "notre nous nouveau nouvelle on ont ou où par parce pas pendant penser petit peu peut peuvent peux plus "
        "plusieurs point pour pourquoi pourrait pouvoir premier première puis qu quand que quel quelle quelles quelque "
        "quelques quels question qui quoi rien s sa sais sans se sera serait ses seulement si soit sommes son sont "
        "sous suis sur t ta tant te tel telle tes toi ton toujours tous tout toute toutes très trois trop trouver tu "
        "un une va vers veut veux viens voilà voir vont vos votre vous vrai vraiment y monsieur madame messieurs"
        " cent cinq cinquante dix douze huit million millions mille neuf onze quarante quatre quinze sept six"
        " soixante trente vingt pour-cent"
    ),
    unit_words=(
        "euro euros dollar dollars heure heures minutes secondes jours semaine semaines mois an ans année années mètres"
    ),
    own_words="j'ai j'avais j'irai je ma me mes mien mienne moi mon",
    group_words="notre nos nous on",
    opening=(
        r"(?:et|donc|alors) (?!que\b)|(?:et|donc|alors|bon|ben|oui|voilà|enfin|d'accord|eh bien|bref),+ |"
        r"(?:bon|ben|oui|et) (?=donc\b|alors\b)"
    ),
    hesitation_words="euh ben hein hm hum mmh",
    modal_words=(
        "a ai aimerais avez avoir avons besoin devait devez devoir devons devrait devrions doit doivent "
        "faudra faudrait faut idée idées ont peut peuvent pense pensons pourrait pourrions pouvez pouvons "
        "souhaite souhaitons veulent veut voudrais voudrait voulons"
    ),
    place_words="à dans depuis en sous sur vers",
    date_words=("ici avant au", "depuis dès partir", "après"),
    filler_words=(
        "ah alors allô bah ben bien bon bonjour bonsoir bof d'accord accord euh eh enfin exactement hein hum merci "
        "mmh non oh ok okay oui ouais parfait pardon quoi salut super tiens très voilà volontiers"
    ),
    courtesy=(
        r"bonjour(?: à tous| à toutes)?|bonsoir|salut|bienvenue|merci(?: (?:beaucoup|bien|à tous|à vous))?|"
        r"je vous (?:en prie|remercie)|de rien|au revoir|à (?:bientôt|demain|la prochaine|plus tard)|"
        r"bonne (?:journée|soirée|nuit|fin de semaine)|bon (?:week-end|après-midi)|comment (?:allez-vous|ça va)|"
        r"ça va|"
        r"enchantée?|au plaisir|hâte de (?:vous|te) (?:voir|revoir|parler|lire)|félicitations"
    ),
    housekeeping=(
        r"vous m'entendez|tu m'entends|est-ce que vous m'entendez|excusez-moi|excuse-moi|pardon|désolée?|"
        r"(?:un|une) (?:instant|moment|minute|seconde)|(?:on|nous) (?:peut|pouvons) commencer|commençons|"
        r"la (?:séance|réunion) est (?:levée|terminée|close)"
    ),
    introduction=(
        r"je m'appelle|mon nom est|(?:me|nous|vous|se|te) présenter|je viens (?:de|du|des|d')|l'ordre du jour|"
        r"(?:minutes|heures?) (?:qui restent|restantes)|prendre (?:des|les) notes|"
        r"(?:la|ma|cette|prochaine) (?:diapositive|présentation)|(?:mon|le) (?:micro|écran|tableau blanc)|"
        r"ma (?:(?:première|deuxième|prochaine|dernière) )?question|(?:mon|ma) \w+ préférée?|"
        r"je (?:vais|voudrais)(?: vous)? (?:présenter|parler|montrer|décrire)"
    ),
    moves_on=(
        r"(?:point|sujet|question|chapitre|partie|diapositive) suivante?|prochaine? (?:point|sujet|question|"
        r"étape|partie)|"
        r"pass(?:ons|er) (?:à|au|aux|maintenant)|on passe (?:à|au|aux)|à l'ordre du jour|premier point|dernier point|"
        r"ensuite,|en ce qui concerne|venons-en|revenons|abordons|parlons (?:de|du|des)|"
        r"continuons|pour (?:finir|terminer|conclure)"
    ),
    negation=r"ne|n'\w+|pas|jamais|personne|rien|aucune?|sans|refus\w+",
    claim=(
        (r"décid\w+|décision|convenu|d'accord", r"on va|adopté\w*"),
        (r"approuv\w+|autoris\w+", r"accord\w*|oui"),
        (
            (
                r"(?:les|ces) notes (?:mentionnent|disent|décrivent|indiquent)|"
                r"(?:la transcription|le résumé) (?:mentionne|dit|décrit|indique)"
            ),
            r"dans les notes",
        ),
        (
            (
                r"(?:(?:la|cette) (?:réunion|discussion|conversation)|l'(?:entretien|appel)) "
                r"(?:est|était|porte|portait|concerne|concernait|traite|traitait)"
            ),
            r"(?:la|cette|notre) (?:réunion|discussion|conversation)|(?:l'|cet |notre )(?:entretien|appel)",
        ),
        (r"refus\w+|rejet\w+", r"pas|non|contre"),
    ),
    decision=(
        r"(?:nous avons|on a) (?:donc |tous )?(?:décidé|convenu|voté)|(?:c'est|il est|il a été) (?:décidé|convenu|"
        r"adopté)|"
        r"nous sommes d'accord (?:pour|sur)|la décision est"
    ),
    doubt=r"si|peut-être|pas encore|n'(?:avons|a) pas|avant de|pourrait|devrions-nous|faudrait",
    promise=rf"je vais (?P<verb>{_DO})|je m'(?P<verbs>occupe)",
    duty=rf"(?:va|doit|devra|devrait) (?P<verb>{_DO})|(?P<verbs>{_DOES})",
    request=rf"(?:pouvez-vous|peux-tu|pourriez-vous|veuillez|merci de) (?P<verb>{_DO})",
    undecided=(
        r"(?:reste|restent|est|sont) (?:encore )?(?:ouverte?s?|à (?:décider|clarifier|déterminer))|"
        r"(?:nous ne savons|on ne sait) pas (?:encore )?(?:si|comment|qui|quand)|la question est de savoir"
    ),
    attribution=(
        r"(?:dit|demande|explique|mentionne|propose|suggère|promet|pense|souligne|veut|décrit|rapporte|annonce|confirme|"
        r"répond|espère|estime|trouve|parle|précise|indique|présente|rappelle|affirme|ajoute|lit|"
        r"a (?:dit|demandé|expliqué|mentionné|proposé|suggéré|promis))"
    ),
    joining=r"et (?=(?:le|la|les|il|elle|ils|elles|on|nous) )",
    asking=r"demand\w*|questions?|si|comment|pourquoi|qui|quels?|quelles?",
    possible=r"si|sauf|pourrai\w*|pourrions|pourriez|peut-être|éventuellement",
    hedge=(
        r"peut|peuvent|pouv\w+|devrai\w*|devr(?:ions|iez)|doit|doivent|serai\w*|possib\w*|probabl\w*|propos\w*|"
        r"suggèr\w*|suggér\w*|demand\w*|pens\w*|croi\w*|souhait\w*|veut|veulent|voul\w*|envisag\w*|espèr\w*|idées?|"
        r"dépend\w*"
    ),
    inversion=(
        r"(?:(?:et|mais|ou|alors|donc|bon|oui|non)\W+)*(?:est-ce qu\w*|qu'est-ce qu\w*|(?:\w+-)(?:je|tu|il|"
        r"elle|on|nous|vous|ils|elles)|(?:pourquoi|quand|où|combien) (?:est|sont|a|ont|est-ce))"
    ),
    assent=r"oui|exactement|tout à fait|bien sûr|d'accord|absolument",
    dependent=r"parce qu(?:e\b|'\w+)|puisqu(?:e\b|'\w+)",
    deadline=(
        r"(?:d'ici |avant |pour )?(?:demain|aujourd'hui|ce soir|la semaine prochaine|le mois prochain|la fin (?:de "
        r"la semaine|"
        r"du mois|de l'année)|la prochaine réunion)|toutes les \w+ (?:semaines|heures)|tous les \w+ (?:jours|mois)|"
        r"dans \w+ (?:jours|semaines|mois)"
    ),
    before_date=r"(?:d'ici|avant|pour|jusqu'au|dès|à partir du|le)(?: le)?",
    headings=Headings(
        language="fr",
        summary="Résumé",
        decisions="Décisions",
        tasks="Tâches",
        questions="Questions ouvertes",
        figures="Chiffres",
        chapters="Chapitres",
        who="Qui",
        what="Quoi",
        when="Quand",
        said_at="Dit à",
        by="par",
        untitled="Sans titre",
        full="En entier",
        speakers="Intervenants",
        to_do="À faire",
        coverage="Couverture",
        expected="Mots attendus",
    ),
)
