"""English."""

from __future__ import annotations

from pipeline.text.lexicons.lexicon import Lexicon

_DO = (
    r"send|e-?mail|mail|write|prepare|draft|finish|complete|fix|update|measure|order|book|schedule|arrange|"
    r"organi[sz]e|"
    r"submit|circulate|distribute|deliver|collect|contact|call|phone|check|look into|find out|follow up|get back to|"
    r"review|test|build|install|repair|replace|make sure|talk to|speak to|speak with|put together|sort out|set up|"
    r"take care of|hand in|implement|investigate|design|document|confirm|notify|inform|invite|translate|upload|"
    r"publish|"
    r"compile|gather|provide|work on|bring|pick up|report|clean|"
    r"forward|pass|let (?:you|him|her|them|everyone) know|come up with|give (?:you|him|her|them)|check with"
)
_PLANS = (
    r"(?!(?:be|not|never|have|know|see|need|want|also|all|always|probably|still|just|get|make|say|like|think|find|"
    r"come|go|"
    r"continue|do|agree|recall|remember|understand|appreciate|join|help|ensure)\b)[a-z]+"
)
"""What somebody will do, whatever it is, but for states and talk."""

_DOES = (
    r"sends|e-?mails|mails|writes|prepares|drafts|finishes|completes|fixes|updates|measures|orders|books|schedules|"
    r"arranges|organi[sz]es|submits|circulates|distributes|delivers|collects|contacts|calls|phones|checks|looks into|"
    r"finds out|follows up|gets back to|reviews|tests|builds|installs|repairs|replaces|makes sure|talks to|speaks to|"
    r"puts together|sorts out|sets up|takes care of|hands in|implements|investigates|designs|documents|confirms|"
    r"notifies|informs|invites|translates|uploads|publishes|compiles|gathers|asks|provides|brings|keeps|takes|picks "
    r"up|reports (?:back|to)"
)
_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_PERIOD = r"(?:day|week|month|year|quarter|morning|afternoon|evening)"
_COUNT = r"(?:\d+|a|an|one|two|three|four|five|six|seven|eight|ten|twelve|few|couple of|other|second)"

LEXICON = Lexicon(
    empty_words=(
        "a able about above actually after again against all almost already also although always am among an and "
        "another any anybody anyone anything anyway apart are aren't around as aside ask asked at away back be became "
        "because become been before being below between bit both but by call called came can can't cannot case come "
        "comes coming could couldn't couple did didn't different do does doesn't doing don't done down during each "
        "easy either else enough even ever every everybody everyone everything exactly far feel few first for from "
        "further gave get gets getting give given go goes going gone gonna good got gotta great guess guy guys had "
        "hadn't half happen happens hard has hasn't have haven't having he he's hear heard help her here here's hers "
        "him himself his how however i i'd i'll i'm i've idea if important in instead into is isn't it it's its "
        "itself just keep kind kinda knew know known last later least less let let's like likely little look looked "
        "looking looks lot lots made main make makes making many matter may maybe me mean means might mind mine moment "
        "more most mostly much must my myself name need needed needs neither never new next nice no nobody none nor "
        "not nothing now number of off often okay old on once one ones only onto or other others otherwise our ours "
        "ourselves out over own part parts people per perhaps place please point points possible pretty probably "
        "problem put question questions quite rather real really reason right said same saw say saying says second "
        "see seem seemed seems seen set several shall she she's should shouldn't show simple simply since small so "
        "some somebody somehow someone something sometimes somewhat sort sorts start started still stuff such "
        "suppose sure take takes taken taking talk talked talking tell than thank thanks that that's the their theirs "
        "them themselves then there there's therefore these they they're they've thing things think thinking third "
        "this those though thought three through thus time times to today together told tomorrow too took toward "
        "towards tried try trying turn two type under understand unless unlike until up upon us use used uses using "
        "usually various very want wanted wants was wasn't way ways we we'd we'll we're we've week well went were "
        "weren't what what's whatever when whenever where whether which while who whoever whole whom whose why will "
        "with within without won't word words work worked works would wouldn't yes yesterday yet you you'd you'll "
        "you're you've your yours yourself honourable minister member members chair mister sir madam"
        " billion dozen eight eighteen eighty eleven fifteen fifty five forty four fourteen hundred million nine"
        " nineteen ninety percent seven seventeen seventy six sixteen sixty ten thirteen thirty thousand twelve twenty"
        " mm-hmm uh-huh"
    ),
    unit_words=(
        "euro euros dollar dollars pound pounds cent cents hour hours minutes seconds day days weeks month months "
        "year years"
        " metre metres meter meters kilometre kilometres"
    ),
    own_words="i i'd i'll i'm i've me mine my myself",
    group_words="let's our ours ourselves us we we'd we'll we're we've",
    hesitation_words="ah eh er erm hm hmm mhm mm mmm mm-hmm uh uhhuh uh-huh um",
    opening=(
        r"(?:and|so|okay|ok)(?! (?:far|that|much|many|long|called|on|be|is|are|was)\b)(?:, ?| )|"
        r"(?:and|so|well|yeah|yes|oh|now|anyway|basically|actually|like|i mean|you know|of course|good|great|right|"
        r"all right|alright|okay|ok|then|i guess|uh-huh),+ |"
        r"(?:good|great|right|all right|alright|yeah|well)(?= (?:so|and)\b) "
    ),
    modal_words=(
        "can can't cannot could couldn't have has haven't idea ideas may might must need needed needs ought should "
        "shouldn't think want wanted wants would wouldn't"
    ),
    place_words="in at from near inside outside within into below above under over across throughout",
    origin_words="from",
    date_words=("by before until till", "since from starting beginning", "after"),
    filler_words=(
        "ah aha alright anyway bye er excuse fine hello hey hi hm hmm huh mhm mm mmm nah no nope oh ok okay ooh ow "
        "pardon right sorry sure thanks uh uhhuh um well wow yeah yep yes yup cool great good nice perfect exactly "
        "absolutely indeed really lovely brilliant excellent"
    ),
    courtesy=(
        r"good (?:morning|afternoon|evening|day|night)|hello|hi(?: there)?|"
        r"(?<!are )(?<!is )(?<!be )(?<!re )(?<!very )welcome(?: (?:back|everyone|everybody|all))?|"
        r"thank(?:s| you)(?: (?:so|very) much| a lot| again| all| everyone| everybody)?|"
        r"you(?:'re| are) (?:very |most )?welcome(?! to\b)|"
        r"no problem|bye(?:-bye| bye)?|goodbye|see you(?: (?:next|later|soon|then|all|"
        r"tomorrow))?|"
        r"have a (?:nice|good|great)(?: one)?|how are you|nice to (?:meet|see) you|pleased to meet you|"
        r"(?:look|looks|looking) forward to (?:see|hear|meet|talk|speak|work|welcom|serv)ing|you too|"
        r"i (?:really )?appreciate (?:it|that|you|your (?:time|help|call|patience))|my pleasure|take care|"
        r"bless you|cheers|congratulations|happy birthday|praise be|"
        r"(?:thank(?:s(?! to)|ed)|greet(?:s|ed)|welcom(?:es|ed)) (?:everyone|everybody|all|the|his|her|their|"
        r"[A-Z]\w+)"
    ),
    housekeeping=(
        r"can (?:you|everyone|everybody) (?:all )?(?:hear|see) (?:me|us|my screen)|you(?:'re| are) (?:on mute|muted)|"
        r"excuse me|sorry (?:about that|i(?:'m| am) late|for)|i beg your pardon|go ahead|one moment|"
        r"just a (?:second|minute|moment)|"
        r"hold on|(?:wait|give me)(?: just)? (?:a|one) (?:second|minute|moment)|"
        r"let me(?: just)? (?:see|think|look|check)|where were we|"
        r"(?:shall|should|can) we (?:start|begin|get started)|"
        r"let(?:'s| us) (?:start|begin|get started|take a break)|let us begin|the meeting is (?:closed|"
        r"adjourned|over)"
    ),
    introduction=(
        r"my name(?:'s| is)|"
        r"(?:i am|i'm) (?:the|your) (?:\w+ ){0,2}(?:manager|designer|expert|engineer|director|officer)|"
        r"(?:i am|i'm) called|introduc(?:e|ing) (?:your|my|our|them)sel(?:f|ves)|(?:i am|i'm) from|"
        r"i come from|i(?:'ll| will) be your (?:host|chair\w*|moderator)|(?:the|today's|this) agenda|"
        r"(?:minutes|hours?) (?:left|to go|for (?:this|that|the))|"
        r"(?:take|taking|write|writing) (?:the )?(?:notes|minutes)|(?:next|this|the|our) (?:slide|presentation)s?|"
        r"(?:five|ten|fifteen|twenty|thirty|forty|forty[- ]five) minutes|"
        r"(?:my|the) (?:microphone|laptop|screen|whiteboard)|my favou?rite|"
        r"(?:my|your|one|another) (?:(?:first|second|third|last|final|next|other|quick|brief|more) )?question|"
        r"leave it (?:there|at that)|hand (?:you )?over to|"
        r"i(?:'ll| will|'m going to| am going to|'m gonna)(?: have to| now| just| briefly| quickly| then)* "
        r"(?:talk (?:to you )?about|tell you about|describe|present|show you|go through|walk you through)|"
        r"(?:made|make|give|have|do|doing|giving)(?: you)? (?:a|some|my|this|the)(?: short| brief| quick)? presentation"
    ),
    moves_on=(
        r"next (?:item|point|topic|thing|up|on the (?:agenda|list)|question|slide|chapter|section|part|speaker|"
        r"issue)|"
        r"mov(?:e|ing) (?:on|to)|let(?:'s| us) (?:move|go on|turn|proceed|switch|start with|begin with|"
        r"talk about|discuss)|"
        r"(?:we(?:'ll| will| can|'re going to| are going to)?|i(?:'ll| will)?|shall we) (?:now )?"
        r"(?:move|turn|proceed|switch|go on) (?:on )?to|"
        r"(?:go|going|goes) on (?:to|with)|on the agenda|first (?:item|point|of all)|"
        r"(?:last|final|another|other) (?:item|point|topic|thing|issue) (?:is|was|i|we|on|that)|"
        r"(?:now|so|and now) (?:the|for the|about the|to the|on to|let's)|turn(?:ing)? to|as for the|"
        r"that brings us|to sum up|in summary|to (?:wrap|sum) up"
    ),
    negation=r"not|no|never|nobody|none|nothing|neither|nor|without|cannot|\w+n't|refus\w+|reject\w+|unable|fail(?:s|ed)?",
    claim=(
        (
            r"decid\w+|decisions?|agree[sd]?|agreement|resolved|settled|concluded",
            r"let(?:'s| us)|so we|approved|chose|voted|go with",
        ),
        (r"approv\w+|adopted", r"agreed|permission|allow\w*|yes"),
        (
            (
                r"(?:the|these|this) (?:meeting )?(?:notes|transcripts?|summar(?:y|ies)|text|passage|excerpt|clip|"
                r"audio|document) (?:also )?(?:mentions?|includes?|says?|states?|describes?|summari[sz]es?|"
                r"discuss(?:es)?|shows?|covers?|highlights?|instructs?|explains?|provides?|introduces?|talks?|refers?)"
            ),
            r"in (?:the|these) notes",
        ),
        (
            (
                r"(?:the|this) (?:meeting|discussion|conversation|call|talk|speech|recording) (?:is|was|has|discuss\w*|"
                r"focus\w*|cover\w*|revolv\w*|cent(?:er|re)\w*|includ\w*|involv\w*|mention\w*|talk\w*)"
            ),
            r"(?:the|this|our|today's) (?:\w+ )?(?:meeting|discussion|conversation|call|talk|speech|recording)",
        ),
        (
            r"promis\w+|commit(?:s|ted)|assigned|responsible",
            r"will|\w+'ll|going to|has to|have to|must|your (?:job|role|task)|takes care",
        ),
        (r"reject\w*|refus\w+|declin\w+", r"against|not|no|\w+n't"),
        (r"confirmed", r"yes|confirm\w*|agreed"),
        (r"cancel\w+|postpon\w+", r"drop|skip|off|later|move\w*|delay\w*"),
    ),
    decision=(
        r"(?:we|they|the (?:board|committee|council|group|team|meeting))(?:'ve| have| has| had)?(?: all| now| already| "
        r"just| "
        r"finally| also| more or less| pretty much)* (?:decided|agreed|resolved|settled|voted) "
        r"(?:that|to|on|for|against|not|upon|we|it)|"
        r"(?:then|so|okay|ok|well|good|all right|alright)(?:,| then)* we(?: all)? (?:agree|decide)"
        r"(?: that| to| on| it| the|,)|"
        r"(?:we(?:'re| are)|i think we(?:'re| are))(?: more or less| pretty much| all)* in agreement (?:that|to|on)|"
        r"(?:it|that|this)(?:'s| is| was| has been| have been) (?:now |already |all |hereby )?(?:decided|agreed|"
        r"settled|"
        r"approved|adopted|rejected)(?:,| that| to| on| by)|"
        r"(?:the|our|my) (?:decision|ruling|resolution|verdict) (?:is|was) (?:that|to|not)|"
        r"let(?:'s| us) (?:go (?:with|for)|stick (?:with|to)|settle (?:on|for)|postpone|drop|skip|adopt)|"
        r"(?:so|then|okay|ok) we(?:'ll| will| are going to|'re going to|'re gonna) (?:just )?(?:go (?:with|for)|"
        r"stick (?:with|to)|settle (?:on|for)|drop|skip|postpone|adopt)|"
        r"(?:so|then) we keep|(?:i|we) (?:hereby )?declare|motion (?:is |was )?(?:carried|agreed to|adopted|defeated)"
    ),
    doubt=(
        r"if|whether|unless|not yet|maybe|perhaps|might|could we|should we|would|may (?:have|be)|suppose|"
        r"(?:have|has|had|did|do|does|was|is|are)(?: not|n't) (?:yet )?(?:decide|decided|agree|agreed)|"
        r"before we|until we|when we|once we|why|i (?:think|guess|thought|don't) i|you know|what we|how we|what i|"
        r"message to"
    ),
    immediate=(
        r"brief|briefly|in a (?:minute|second|moment)|for a (?:minute|second|moment)|right now|fix this now|at this "
        r"point|"
        r"response|answer|presentations?|slides?|whiteboard|go first|this end|your question|my question|interrupt|"
        r"(?:real|really) quick|one (?:second|moment)|now i(?:'m| am) (?:going to|gonna)"
    ),
    promise=(
        rf"i(?:'ll| will|'m going to| am going to|'m gonna|'m gonna try to)(?: also| then| personally| definitely|"
        rf" happily| try to)* (?P<verb>{_DO})"
    ),
    duty=(
        rf"(?:has to|needs to|should|must|is supposed to)(?: also| then| please)* (?P<verb>{_DO})|"
        rf"(?:will|shall|is going to)(?: also| then| temporarily)* (?P<verbed>{_PLANS})|"
        rf"(?P<owned>is responsible for|has time until)|(?:also |then )?(?P<verbs>{_DOES})"
    ),
    request=(
        rf"(?:can|could|would|will) you (?:please |also |then |maybe )*(?P<verb>{_DO})|"
        rf"please (?:also )?(?P<verbs>{_DO}|keep|take|write down)|"
        rf"we still (?:need|have) to (?P<verbed>{_DO})|we(?:'ll| will)? (?:need|have) to (?P<dated>{_DO})|"
        r"i need (?P<wanted>the|a|an|your)"
    ),
    undecided=(
        r"(?:questions?|issues?|points?|matters?|details?|dates?|decisions?)(?: \w+){0,4} (?:is|are|remains?|stays?)"
        r"(?: still)? (?:open|undecided|unclear|unresolved)|(?:is|are|remains?) (?:still (?:open|unclear)|undecided|"
        r"unresolved|to be (?:decided|determined|clarified))|"
        r"we (?:still|yet) (?:have|need)? ?to (?:decide|determine|figure out|find out|clarify|resolve|be decided)|"
        r"we(?:'ve| have)? (?:haven't|have not) (?:yet )?(?:decided?|agreed?|figured out|settled)|"
        r"we (?:do not|don't) (?:yet know|know yet)|"
        r"the (?:open |main |big |only )question (?:is|remains) (?:whether|if|how|who|when|what|which)|"
        r"(?:so|but) the question is (?:whether|if|who|when|which)|"
        r"we(?:'ll| will)? (?:need|have) to (?:decide|figure out|clarify) (?:whether|if|how|who|when|what|which|on|"
        r"between)"
    ),
    attribution=(
        r"(?:also |then |further |is |was )?(?:says?|said|saying|ask(?:s|ed|ing)|suggest(?:s|ed|ing)|promis(?:es|ed)|"
        r"explain(?:s|ed)|mention(?:s|ed)|stat(?:es|ed)|propos(?:es|ed)|believ(?:es|ed)|thinks|thought|wants|wanted|"
        r"wonder(?:s|ed)|points out|pointed out|recommend(?:s|ed)|request(?:s|ed)|emphasi[sz](?:es|ed)|"
        r"(?:dis)?agree(?:s|d)|describ(?:es|ed)|discuss(?:es|ed)|talk(?:s|ed)|speaks|spoke|not(?:es|ed)|"
        r"announc(?:es|ed)|report(?:s|ed)(?! to\b)|confirm(?:s|ed)|repl(?:ies|ied)|answer(?:s|ed)|warn(?:s|ed)|"
        r"tells|told|introduc(?:es|ed)|present(?:s|ed)|refer(?:s|red)|argu(?:es|ed)|claim(?:s|ed)|conclud(?:es|ed)|"
        r"hop(?:es|ed)|highlight(?:s|ed)|clarif(?:ies|ied)|complain(?:s|ed)|insist(?:s|ed)|expect(?:s|ed)|feels|felt|finds|found|"
        r"adds|added|reads|calls|called|compar(?:es|ed)|admit(?:s|ted)|consider(?:s|ed))"
    ),
    joining=r"and (?=(?:also )?(?:the|it|he|she|they|we|this|there) )",
    asking=r"ask(?:s|ed|ing)?|wonder(?:s|ed|ing)?|questions?|whether|how|why|who|what|which|unclear|unsure",
    inversion=(
        r"(?:(?:so|and|but|or|well|okay|ok|now|then|yeah|yes|no|oh)\W+)*(?:"
        r"(?:is|are|was|were|does|did|isn't|aren't|wasn't|weren't|doesn't|didn't) (?:i|you|he|she|it|we|they|there|"
        r"this|that|these|those|the|your|our|my|his|her|their|either|any\w*|every\w*|some\w*)|"
        r"(?:do|don't|have|haven't|has|hasn't|had|can|can't|could|couldn't|would|wouldn't|should|shouldn't|will|won't|"
        r"shall|may|might|must) (?:i|you|he|she|we|they|there|any\w*|people|these|those)|"
        r"(?:what|where|when|why|how|who|which)(?:'s| is| are| was| were| do| does| did| can| could| would| should|"
        r" will| have| has) (?:i|you|he|she|it|we|they|there|this|that)|(?:how|what) about)"
    ),
    assent=r"yes|yeah|yep|right|exactly|correct|absolutely|indeed|sure|of course|definitely|i think so",
    possible=r"either|if(?! (?:you (?:know|like|will|look|see|want)|i may))|unless|could|might|may|maybe|perhaps",
    hedge=(
        r"would|can|should|must|possib\w+|potential\w*|probabl\w+|likely|whether|depend\w*|suggest\w*|propos\w*|"
        r"consider\w*|think\w*|thought|believ\w*|hop(?:e|es|ed|ing)|want\w*|wish\w*|need\w*|plan(?:s|ned|ning)?|"
        r"ask\w*|wonder\w*|discuss\w*|options?|ideas?|able|capable|\w+'d"
    ),
    past_form=(
        r"\w{2,}ed|bought|found|told|left|sold|sent|spent|kept|held|met|broke|chose|wrote|began|knew|grew|taught|thought|"
        r"brought|caught|lost|built|spoke|paid|rose|fell|drove|led"
    ),
    before_participle_words=(
        "is are was were be been being am has have had having get gets got not never already just also isn't "
        "aren't wasn't weren't hasn't haven't hadn't the a an of by with in on for from as to at this that these "
        "those any some no its their our my his her your it's that's they've we've i've you've more most very "
        "well newly so fully"
    ),
    dependent=r"because|'?cause|which|whereas|such as|rather than|as well as",
    verb_words=(
        "am is are was were be isn't aren't wasn't weren't ain't do does did don't doesn't didn't have has had "
        "haven't hasn't hadn't can can't cannot could couldn't will won't would wouldn't shall should shouldn't "
        "may might must ought let gonna wanna gotta get got go went gone make made take took taken come came see "
        "saw seen know knew think thought want need say said tell told ask give gave given find found use keep "
        "kept put set mean meant feel felt try leave left call seem look work run ran move live believe hold held "
        "bring brought happen write wrote written sit sat stand stood lose lost pay paid meet met show shown start "
        "begin began begun turn help talk speak spoke play hear heard like read spend spent grow grew open walk "
        "win won teach taught offer remember consider buy bought die sent send build built stay fall fell cut "
        "reach kill raise pass sell sold decide return explain hope develop carry break broke broken receive agree "
        "support hit eat ate cover catch caught draw drew choose chose cause point listen wait check follow add "
        "stop create guess suppose depend understand understood require allow provide include change learn learnt "
        "serve expect lie lay rise rose drive drove plan order prepare cost fit wear wore throw threw miss sound "
        "act end contain note press click push pull save join test fix repair replace finish release compare "
        "continue thank recognize recognise appreciate deliver wish enjoy report reply answer notice admit promise "
        "propose suggest hate love prefer visit travel argue claim"
    ),
    verb_form=r"\w+(?:ed|s|'(?:s|re|m|ve|d|ll)|n't)",
    deadline=(
        rf"(?:by |before |until |on |from )?(?:tomorrow|today|tonight|(?:this|next|coming) (?:{_DAY}|{_PERIOD})|"
        rf"(?:the )?end of (?:the |this |next )?{_PERIOD}|(?:the |our )?next meeting)|"
        rf"(?:every|in|within|for) {_COUNT} {_PERIOD}s?|every {_PERIOD}|as soon as possible|"
        r"(?:by|before|until) (?:noon|midnight|lunch|christmas|easter|(?:the )?(?:winter|summer|spring|autumn))"
    ),
    before_date=r"(?:by|before|until|till|from|on|not later than)(?: the)?",
)
