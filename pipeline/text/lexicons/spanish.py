"""Spanish."""

from __future__ import annotations

from pipeline.text.lexicons.lexicon import Headings, Lexicon

_DO = (
    r"enviar|mandar|escribir|preparar|redactar|terminar|arreglar|actualizar|medir|pedir|reservar|planificar|"
    r"organizar|"
    r"presentar|repartir|entregar|recoger|contactar|llamar|revisar|comprobar|probar|construir|instalar|reparar|"
    r"sustituir|encargarse|traducir|publicar|informar|invitar|preguntar|traer"
)
_DOES = (
    r"envía|manda|escribe|prepara|redacta|termina|arregla|actualiza|mide|reserva|organiza|presenta|reparte|entrega|"
    r"recoge|contacta|llama|revisa|comprueba|construye|instala|repara|se encarga|traduce|informa|trae"
)

LEXICON = Lexicon(
    empty_words=(
        "a al algo algún alguna algunas alguno algunos allí ante antes aquel aquella aquello aquí así aún aunque bien "
        "bueno buena cada casi claro como cómo con contra cosa cosas creo cual cuál cuales cualquier cuando cuándo "
        "cuanto da dar de debe deben decir dejar del dentro desde después día dice dicho donde dónde dos durante e el "
        "él ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos está están estar estaba estado "
        "estamos estas este esto estos estoy fue fueron gente gracias gran ha había habían haber hace hacer hacia han "
        "has hasta hay haya he hecho hemos hoy incluso ir la las le les lo los luego más mal me mejor menos mi mis "
        "mismo misma momento mucha muchas mucho muchos muy nada nadie ni no nos nosotros nuestra nuestras nuestro "
        "nuestros nueva nuevo nunca o otra otras otro otros para parece parte pero poco poder podemos podría por "
        "porque primer primera primero pregunta puede pueden puedo pues punto que qué queda querer quien quién quiere "
        "quiero sabe sabemos saber se sea según segunda segundo ser será sería si sí sido siempre sin sino sobre sois "
        "solo sólo somos son soy su sus también tan tanto te tema tenemos tener tengo ti tiempo tiene tienen toda "
        "todas todavía todo todos tras tres tu tú un una unas uno unos usted ustedes va vamos van ver vez voy y ya yo "
        "señor señora señores"
        " cien ciento cinco cincuenta cuarenta cuatro diez doce mil millones millón noventa nueve ochenta ocho once"
        " quince seis sesenta setenta siete treinta veinte"
    ),
    unit_words=("euro euros dólar dólares hora horas minutos segundos días semana semanas mes meses año años metros"),
    own_words="conmigo me mi mis mí mía mío yo",
    opening=(
        r"y (?!que\b)|(?:y|pues|bueno|entonces|vale|sí|claro|bien|o sea|es decir),+ |"
        r"(?:bueno|pues|y) (?=pues\b|entonces\b)"
    ),
    hesitation_words="eh em este hm mmm",
    modal_words=(
        "creo creemos debe deben debemos debería deberíamos gustaría ha han hay hemos idea ideas necesita necesitamos "
        "necesitan puede pueden podemos podría podríamos queremos quiere quieren quiero tenemos tener tiene tienen"
    ),
    place_words="bajo desde en hacia sobre",
    date_words=("antes hasta para", "desde partir", "después tras"),
    filler_words=(
        "ah adiós bien bueno claro eh em este exacto genial gracias hola hm no ok okay oh perdón perfecto por favor "
        "pues sí sip vale ya muy venga"
    ),
    courtesy=(
        r"buen(?:os|as) (?:días|tardes|noches)|hola(?: a todos)?|bienvenid[oa]s?|(?:muchas |"
        r"muchísimas )?gracias(?: a todos)?|"
        r"de nada|adiós|hasta (?:luego|mañana|pronto|la próxima)|nos vemos|que (?:tengan|tengas) un buen|"
        r"cómo (?:está|estás|están)|qué tal|mucho gusto|(?:un|mucho) placer|"
        r"(?:espero|esperamos) (?:verle|verles|verlos|verla|verte|veros)(?: pronto)?|encantad[oa]|"
        r"felicidades|enhorabuena"
    ),
    housekeeping=(
        r"¿?me (?:oyen|oís|oyes|escuchan|escuchas)|perdón|disculpen?|lo siento|un (?:momento|segundo|minuto)|"
        r"(?:podemos|vamos a) (?:empezar|comenzar)|empecemos|comencemos|(?:se levanta la sesión|"
        r"la reunión ha terminado)"
    ),
    introduction=(
        r"me llamo|mi nombre es|present(?:arme|arnos|arse|aros)|vengo de|el orden del día|quedan \w+ minutos|"
        r"tomar (?:notas|el acta)|(?:la|mi|esta|siguiente) (?:diapositiva|presentación)|"
        r"(?:mi|el|la) (?:micrófono|pantalla|pizarra)|"
        r"mi (?:(?:primera|segunda|próxima|última) )?pregunta|mi \w+ (?:favorit[oa]|preferid[oa])|"
        r"(?:voy|vamos) a (?:presentar|hablar|mostrar|describir)\w*"
    ),
    moves_on=(
        r"(?:siguiente|próxim[oa]) (?:punto|tema|pregunta|asunto|parte|diapositiva|capítulo)|"
        r"pas(?:emos|amos|ar) (?:a|al)|sigamos (?:con)?|continuemos|vamos (?:a pasar|con el|con la)|"
        r"en el orden del día|"
        r"primer punto|último punto|en cuanto a(?:l)?|con respecto a(?:l)?|hablemos de(?:l)?|ahora (?:el|la|los|"
        r"las|vamos)|"
        r"para (?:terminar|concluir|finalizar)"
    ),
    negation=r"no|nunca|nadie|nada|ningun\w*|sin|rechaz\w+",
    claim=(
        (r"decid\w+|decisión|acord\w+|acuerdo", r"vamos a|quedamos|aprob\w+"),
        (r"aprob\w+|autoriz\w+", r"acord\w+|sí|permi\w+"),
        (
            (
                r"(?:las|estas) notas (?:mencionan|dicen|describen|indican)|"
                r"(?:la transcripción|el resumen) (?:menciona|dice|describe|indica)"
            ),
            r"en las notas",
        ),
        (
            r"(?:la|esta) (?:reunión|discusión|conversación|llamada) (?:es|era|fue|trata|trató|se centr\w+|incluy\w+)",
            r"(?:la|esta|nuestra) (?:reunión|discusión|conversación|llamada)",
        ),
        (r"rechaz\w+", r"no|contra"),
    ),
    decision=(
        r"(?:hemos|habíamos) (?:decidido|acordado|votado|quedado en)|(?:se ha|se) (?:decidió|decidido|acordó|"
        r"acordado|aprobó|"
        r"aprobado)|acordamos que|quedamos en que|estamos de acuerdo en|la decisión es"
    ),
    doubt=r"si|quizás?|tal vez|todavía no|aún no|no (?:hemos|se ha)|antes de|podríamos|deberíamos",
    promise=rf"(?:yo )?voy a (?P<verb>{_DO})|(?:yo )?me (?P<verbs>encargo)",
    duty=rf"(?:va a|tiene que|debe|debería) (?P<verb>{_DO})|(?P<verbs>{_DOES})",
    request=rf"(?:puede|puedes|podría|podrías) (?:por favor )?(?P<verb>{_DO})",
    undecided=(
        r"(?:queda|quedan|está|están) (?:todavía |aún )?(?:abiertas?|abiertos?|pendientes?|por (?:decidir|aclarar))|"
        r"(?:no sabemos|todavía no sabemos|aún no sabemos) (?:si|cómo|quién|cuándo)|la pregunta es (?:si|cómo|quién|"
        r"cuándo)"
    ),
    attribution=r"(?:dice|dijo|pregunta|preguntó|explica|explicó|menciona|mencionó|propone|propuso|sugiere|sugirió|promete|prometió|quiere|piensa)",
    joining=r"y (?=(?:el|la|los|las|se|él|ella|ellos) )",
    asking=r"pregunt\w*|si|cómo|por qué|quién|qué|cuál(?:es)?",
    possible=r"si|salvo|podrí\w*|quizás?|tal vez|a lo mejor|acaso",
    hedge=(
        r"pued\w*|poder|deb\w+|serí\w*|posib\w*|probabl\w*|propon\w*|propus\w*|propuest\w*|sugier\w*|sugir\w*|"
        r"pregunt\w*|piens\w*|pens\w*|cre\w+|quier\w*|quis\w*|espera\w*|ideas?|depend\w*"
    ),
    inversion=(
        r"(?:(?:y|pero|o|entonces|bueno|sí|no)\W+)*(?:qué|cómo|cuándo|dónde|quién|quiénes|cuál|cuáles|"
        r"cuánt[oa]s?|por qué)"
    ),
    assent=r"sí|exacto|correcto|claro|por supuesto|desde luego",
    dependent=r"porque|ya que|puesto que",
    deadline=(
        r"(?:para |antes de |hasta )?(?:mañana|hoy|esta noche|la (?:próxima semana|semana que viene)|el (?:próximo "
        r"mes|mes que "
        r"viene)|(?:el )?final de (?:la semana|mes|año)|la próxima reunión)|cada \w+ (?:días|semanas|meses)|"
        r"en \w+ (?:días|semanas|meses)"
    ),
    before_date=r"(?:para|antes de|hasta|a partir de|desde)(?:l| el)?",
    headings=Headings(
        language="es",
        summary="Resumen",
        decisions="Decisiones",
        tasks="Tareas",
        questions="Preguntas abiertas",
        figures="Cifras",
        chapters="Capítulos",
        who="Quién",
        what="Qué",
        when="Cuándo",
        said_at="Dicho en",
        by="por",
        untitled="Sin título",
        full="Completo",
        speakers="Participantes",
        to_do="Pendiente",
        coverage="Cobertura",
        expected="Palabras esperadas",
    ),
)
