"""What differs from item to item: places, people, days, amounts."""

import random
from datetime import date, timedelta

PLACES = (
    *("Alder", "Ashford", "Barton", "Birch", "Bolton", "Bradford", "Bristol", "Burton", "Cambridge", "Carlton"),
    *("Castle", "Chester", "Clifton", "Crawford", "Dalton", "Denver", "Dover", "Eastwood", "Fairfield", "Foxhill"),
    *(
        "Greenwood",
        "Hampton",
        "Harlow",
        "Hillside",
        "Kingston",
        "Lakeview",
        "Lancaster",
        "Lincoln",
        "Maple",
        "Mayfield",
    ),
    *("Milton", "Newport", "Northgate", "Norwich", "Oakfield", "Oxford", "Parkside", "Portland", "Preston", "Redwood"),
    *("Richmond", "Riverside", "Salem", "Somerset", "Southgate", "Springfield", "Stafford", "Stanford", "Sutton"),
    *(
        "Taunton",
        "Victoria",
        "Warwick",
        "Waterloo",
        "Wellington",
        "Weston",
        "Winchester",
        "Windsor",
        "Woodland",
        "York",
    ),
)
FIRST = (
    *("Alice", "Anna", "Barbara", "Caroline", "Claire", "Diana", "Emma", "Helen", "Julia", "Karen", "Laura", "Linda"),
    *("Maria", "Nancy", "Olivia", "Rachel", "Sandra", "Sophie", "Susan", "Victoria"),
    *("Adam", "Andrew", "Brian", "Charles", "David", "Edward", "George", "Henry", "James", "Kevin", "Mark", "Michael"),
    *("Nathan", "Oliver", "Patrick", "Robert", "Simon", "Thomas", "Victor", "William"),
)
LAST = (
    *("Adams", "Baker", "Bennett", "Brooks", "Campbell", "Carter", "Coleman", "Collins", "Cooper", "Davis", "Edwards"),
    *("Foster", "Graham", "Hamilton", "Harris", "Henderson", "Hughes", "Jackson", "Jenkins", "Johnson", "Kennedy"),
    *("Lawson", "Martin", "Miller", "Mitchell", "Morgan", "Murphy", "Nelson", "Parker", "Patterson", "Phillips"),
    *("Robinson", "Russell", "Sanders", "Simpson", "Sullivan", "Taylor", "Thompson", "Turner", "Walker", "Watson"),
)
FIRST_DAY = date(2027, 1, 4)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


class Draw:
    """The facts of one item of the agenda."""

    def __init__(self, numbers: random.Random) -> None:
        self._numbers = numbers

    def words(self, item: int) -> dict[str, str]:
        """Every word the templates may ask for."""
        pick = self._numbers
        first = FIRST_DAY + timedelta(days=pick.randrange(300))
        people = [f"{a} {b}" for a, b in zip(pick.sample(FIRST, 3), pick.sample(LAST, 3), strict=True)]
        places = pick.sample(PLACES, 3)
        cost = pick.randrange(21, 990) * 500
        rise = pick.randrange(11, 48)
        return {
            "item": str(item),
            "place": places[0],
            "other": places[1],
            "third": places[2],
            "person": people[0],
            "expert": people[1],
            "owner": people[2],
            "day": self._day(first),
            "later": self._day(first + timedelta(days=pick.randrange(8, 30))),
            "latest": self._day(first + timedelta(days=pick.randrange(40, 120)), year=True),
            "year": str(pick.randrange(1962, 2020)),
            "hour": f"{pick.randrange(7, 13)}:{pick.choice(('15', '30', '45'))}",
            "cost": f"{cost:,}",
            "small": f"{pick.randrange(22, 180) * 50:,}",
            "large": f"{pick.randrange(12, 49) * 50_000:,}",
            "rise": str(rise),
            "share": str(pick.randrange(52, 98)),
            "count": str(pick.randrange(13, 90)),
            "many": f"{pick.randrange(11, 98) * 100:,}",
            "few": str(pick.randrange(3, 10)),
            "weeks": str(pick.randrange(11, 30)),
            "length": f"{pick.randrange(2, 9)}.{pick.randrange(1, 10)}",
            "width": f"{pick.randrange(11, 60)}",
            "room": str(pick.randrange(101, 460)),
        }

    def _day(self, day: date, *, year: bool = False) -> str:
        named = f"{ordinal(day.day)} of {day:%B}"
        return f"{named} {day.year}" if year else named
