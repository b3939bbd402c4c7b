"""English."""

from __future__ import annotations

from pipeline.text.lexicons.lexicon import Lexicon

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
    filler_words=(
        "ah aha alright anyway bye er excuse fine hello hey hi hm hmm huh mhm mm mmm nah no nope oh ok okay ooh ow "
        "pardon right sorry sure thanks uh uhhuh um well wow yeah yep yes yup cool great good nice perfect exactly "
        "absolutely indeed really lovely brilliant excellent"
    ),
    courtesy=(
        r"good (?:morning|afternoon|evening|day|night)|hello|hi(?: there)?|welcome(?: (?:back|everyone|"
        r"everybody|all))?|"
        r"thank(?:s| you)(?: (?:so|very) much| a lot| again| all| everyone| everybody)?|"
        r"you(?:'re| are) welcome|no problem|bye(?:-bye| bye)?|goodbye|see you(?: (?:next|later|soon|then|all|"
        r"tomorrow))?|"
        r"have a (?:nice|good|great)|how are you|nice to (?:meet|see) you|pleased to meet you|my pleasure|take care|"
        r"bless you|cheers|congratulations|happy birthday|praise be|"
        r"(?:thank(?:s(?! to)|ed)|greet(?:s|ed)|welcom(?:es|ed)) (?:everyone|everybody|all|the|his|her|their|"
        r"[A-Z]\w+)"
    ),
    housekeeping=(
        r"can (?:you|everyone|everybody) (?:all )?(?:hear|see) (?:me|us|my screen)|you(?:'re| are) (?:on mute|muted)|"
        r"excuse me|sorry (?:about that|i(?:'m| am) late|for)|i beg your pardon|go ahead|one moment|"
        r"just a (?:second|minute|moment)|"
        r"hold on|wait a (?:second|minute|moment)|let me (?:see|think)|where were we|"
        r"(?:shall|should|can) we (?:start|begin|get started)|"
        r"let(?:'s| us) (?:start|begin|get started|take a break)|let us begin|the meeting is (?:closed|"
        r"adjourned|over)"
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
)
