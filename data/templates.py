"""The sentences of the endless meeting. An item is a row of slots; a slot is a sentence, or a choice of sentences.

`{word}` is filled from `data.facts`, `[kind:...]` marks a fact. The text is our own; people and places are invented.
"""

Slot = str | tuple[str, ...]

CHAIR, ENGINEER, FINANCE, WORKS = "Helen Carter", "Martin Foster", "Grace Bennett", "Daniel Hughes"

OPENINGS: tuple[str, ...] = (
    f"{CHAIR}: We come to item [number:{{item}}], and it is about [name:{{place}}].",
    f"{CHAIR}: The next point is number [number:{{item}}] on our list, [name:{{place}}].",
    f"{CHAIR}: Let us move on to [name:{{place}}], which is item [number:{{item}}] today.",
    f"{CHAIR}: Item [number:{{item}}] is [name:{{place}}], and I would like to keep it short.",
)
CLOSINGS: tuple[str, ...] = (
    f"{CHAIR}: Then it is agreed, [name:{{owner}}] takes care of it until the [date:{{latest}}].",
    f"{CHAIR}: So we decide it that way, and [name:{{owner}}] reports back by the [date:{{latest}}].",
    f"{CHAIR}: Good, please write down [name:{{owner}}] as responsible, and the [date:{{latest}}] as the last day.",
    f"{CHAIR}: Nobody is against it, so [name:{{owner}}] has time until the [date:{{latest}}].",
)

BRIDGE: tuple[Slot, ...] = (
    (
        f"{ENGINEER}: The bridge at {{place}} was built in [date:{{year}}] and carries [number:{{many}}] cars a day.",
        f"{ENGINEER}: We inspected the bridge at {{place}} on the [date:{{day}}], and it dates from [date:{{year}}].",
    ),
    (
        f"{ENGINEER}: We found [number:{{count}}] places where the steel is rusting.",
        f"{ENGINEER}: There are [number:{{count}}] loose bolts, most of them on the north side.",
    ),
    (
        f"{ENGINEER}: The longest crack in the concrete measures [length:{{length}} metres].",
        f"{ENGINEER}: One of the cracks has grown to [length:{{length}} metres] since last summer.",
    ),
    f"{CHAIR}: Is it dangerous, or can the repair wait until next year?",
    (
        f"{ENGINEER}: It can wait for [number:{{weeks}}] weeks, but lorries have to go round by [name:{{other}}].",
        f"{ENGINEER}: It is safe for now, and [name:{{expert}}] will measure it again on the [date:{{later}}].",
    ),
    (
        f"{FINANCE}: The repair would cost [amount:{{cost}} euros], [percent:{{rise}} percent] more than planned.",
        f"{FINANCE}: I have [amount:{{cost}} euros] for this bridge, and not a single euro more.",
    ),
)
WATER: tuple[Slot, ...] = (
    (
        f"{WORKS}: On the [date:{{day}}] a water main broke near the station in {{place}}.",
        f"{WORKS}: The old pipe under the market in {{place}} has been leaking since the [date:{{day}}].",
    ),
    (
        f"{WORKS}: It is from [date:{{year}}], and [number:{{count}}] houses had no water until [time:{{hour}}].",
        f"{WORKS}: The pipe is from [date:{{year}}], and we lose [number:{{many}}] litres of water every hour.",
    ),
    f"{CHAIR}: Who was on site, and what did they do first?",
    (
        f"{WORKS}: [name:{{person}}] closed the valve, and a team from [name:{{other}}] brought drinking water.",
        f"{WORKS}: [name:{{person}}] called the team from [name:{{other}}], and they arrived at [time:{{hour}}].",
    ),
    (
        f"{ENGINEER}: We should replace [length:{{width}} metres] of the pipe before the frost comes.",
        f"{ENGINEER}: The ground is soft there, so we have to dig [length:{{length}} metres] deep.",
    ),
    (
        f"{FINANCE}: The emergency repair alone cost [amount:{{small}} euros].",
        f"{FINANCE}: A new pipe costs [amount:{{cost}} euros], and the insurance pays [percent:{{rise}} percent].",
    ),
)
BUDGET: tuple[Slot, ...] = (
    (
        f"{FINANCE}: For {{place}} the council has approved [amount:{{large}} euros].",
        f"{FINANCE}: The account of {{place}} started this year with [amount:{{large}} euros].",
    ),
    (
        f"{FINANCE}: So far we have used [percent:{{share}} percent] of the money.",
        f"{FINANCE}: By the [date:{{day}}] we had spent [percent:{{share}} percent] of it.",
    ),
    f"{CHAIR}: That is more than I expected, so where does it come from?",
    (
        f"{FINANCE}: Mostly from the bill of [name:{{person}}], which was [amount:{{cost}} euros].",
        f"{FINANCE}: The price of steel rose by [percent:{{rise}} percent], and that cost us [amount:{{cost}} euros].",
    ),
    (
        f"{WORKS}: We can save [amount:{{small}} euros] if we rent the crane together with [name:{{other}}].",
        f"{WORKS}: If the work starts after the [date:{{later}}], we save [amount:{{small}} euros].",
    ),
    f"{FINANCE}: I will check that with [name:{{expert}}] and send you a new table.",
)
TRAFFIC: tuple[Slot, ...] = (
    (
        f"{WORKS}: The road between {{place}} and [name:{{other}}] will be closed for [number:{{weeks}}] weeks.",
        f"{WORKS}: From the [date:{{day}}] there is only one lane between {{place}} and [name:{{other}}].",
    ),
    (
        f"{WORKS}: The bus will stop in [name:{{third}}] instead, and the first one leaves at [time:{{hour}}].",
        f"{WORKS}: Cars go round by [name:{{third}}], and that is [length:{{length}} kilometres] longer.",
    ),
    f"{CHAIR}: Have the schools and the fire brigade been told?",
    (
        f"{WORKS}: Yes, [name:{{person}}] wrote to all [number:{{count}}] of them on the [date:{{later}}].",
        f"{WORKS}: Not yet, but [name:{{person}}] will call them before the [date:{{later}}].",
    ),
    (
        f"{ENGINEER}: We counted [number:{{many}}] cyclists in one week, and they need a safe way too.",
        f"{ENGINEER}: On market days [number:{{many}}] people walk there, so the footpath must stay open.",
    ),
    f"{FINANCE}: The signs and lights will cost [amount:{{small}} euros], and I have put that into the plan.",
)
SAFETY: tuple[Slot, ...] = (
    (
        f"{WORKS}: There was an accident at our site in {{place}} on the [date:{{day}}] at [time:{{hour}}].",
        f"{WORKS}: On the [date:{{day}}] a worker fell from a ladder at our site in {{place}}.",
    ),
    (
        f"{WORKS}: [name:{{person}}] hurt a hand and was back at work after [number:{{few}}] days.",
        f"{WORKS}: [name:{{person}}] was in hospital for [number:{{few}}] days, but is well again.",
    ),
    f"{CHAIR}: I am glad to hear that, and what have we learned from it?",
    (
        f"{ENGINEER}: We checked all [number:{{count}}] ladders, and [number:{{few}}] of them were thrown away.",
        f"{ENGINEER}: The fence was only [length:{{length}} metres] high, and there was no light after dark.",
    ),
    (
        f"{WORKS}: [name:{{expert}}] will train the whole team on the [date:{{later}}] in room [number:{{room}}].",
        f"{WORKS}: Everyone has to take the course of [name:{{expert}}] before the [date:{{later}}].",
    ),
    f"{FINANCE}: New equipment for the team costs [amount:{{small}} euros], and that is money well spent.",
)
SCHOOL: tuple[Slot, ...] = (
    (
        f"{ENGINEER}: The roof of the school in {{place}} is [number:{{width}}] years old, and it lets the rain in.",
        f"{ENGINEER}: In the school in {{place}} the heating failed [number:{{few}}] times last winter.",
    ),
    (
        f"{ENGINEER}: [number:{{count}}] children had to move to room [number:{{room}}] because of it.",
        f"{ENGINEER}: The children of room [number:{{room}}] stayed at home on the [date:{{day}}].",
    ),
    f"{CHAIR}: The parents have complained to me about it, so what can we do?",
    (
        f"{WORKS}: A firm from [name:{{other}}] can start on the [date:{{later}}] and needs [number:{{weeks}}] weeks.",
        f"{WORKS}: We could do it in the holidays, if [name:{{person}}] orders the parts by the [date:{{later}}].",
    ),
    (
        f"{FINANCE}: Their offer is [amount:{{cost}} euros], and the state pays [percent:{{rise}} percent] of that.",
        f"{FINANCE}: I have two offers, and the better one is [amount:{{cost}} euros].",
    ),
    f"{CHAIR}: Please ask [name:{{expert}}] to talk to the parents this week.",
)
SURVEY: tuple[Slot, ...] = (
    (
        f"{ENGINEER}: We asked [number:{{many}}] people in {{place}} about the new station.",
        f"{ENGINEER}: The survey in {{place}} ended on the [date:{{day}}], and [number:{{many}}] people answered.",
    ),
    (
        f"{ENGINEER}: [percent:{{share}} percent] of them want a direct train to [name:{{other}}].",
        f"{ENGINEER}: [percent:{{share}} percent] would leave the car at home if there was a train at [time:{{hour}}].",
    ),
    f"{CHAIR}: That is a clear answer, and does the railway agree?",
    (
        f"{ENGINEER}: I met [name:{{person}}] from the railway on the [date:{{later}}], and the answer was yes.",
        f"{ENGINEER}: [name:{{person}}] from the railway wants to decide by the [date:{{later}}].",
    ),
    (
        f"{WORKS}: The platform has to be [length:{{width}} metres] longer, and that takes [number:{{weeks}}] weeks.",
        f"{WORKS}: We need [number:{{count}}] parking spaces and a new path to [name:{{third}}].",
    ),
    f"{FINANCE}: Our share would be [amount:{{large}} euros], paid over [number:{{few}}] years.",
)
STORM: tuple[Slot, ...] = (
    (
        f"{WORKS}: The storm on the [date:{{day}}] brought down [number:{{count}}] trees in {{place}}.",
        f"{WORKS}: After the storm the river in {{place}} rose by [length:{{length}} metres] in one night.",
    ),
    (
        f"{WORKS}: The road to [name:{{other}}] was free again at [time:{{hour}}].",
        f"{WORKS}: [name:{{person}}] and [number:{{few}}] helpers worked until [time:{{hour}}] in the morning.",
    ),
    f"{CHAIR}: Please thank them from all of us, and how large is the damage?",
    (
        f"{FINANCE}: The damage is [amount:{{cost}} euros], and the insurance covers [percent:{{share}} percent].",
        f"{FINANCE}: I have bills for [amount:{{cost}} euros] on my desk, and more will come.",
    ),
    (
        f"{ENGINEER}: The wall along the river should be [length:{{width}} centimetres] higher.",
        f"{ENGINEER}: [name:{{expert}}] says that we should plant [number:{{many}}] new trees on the hill.",
    ),
    f"{WORKS}: I can have a plan ready by the [date:{{later}}].",
)

ITEMS: tuple[tuple[Slot, ...], ...] = (BRIDGE, WATER, BUDGET, TRAFFIC, SAFETY, SCHOOL, SURVEY, STORM)
