"""Words that people use for one another when they ask about the things of a household. General English only;
what only one document calls so does not belong here."""

from snowballstemmer.english_stemmer import EnglishStemmer

_GROUPS = """
cost price fee charge rate tariff expensive pay payment dues subscription
phone telephone call dial contact
child kid children kids youngster
garbage rubbish trash refuse waste bin
repair fix mend
broken faulty defective damaged damage
clean wash rinse wipe cleaning
start begin commence beginning
end finish stop
allow permit permitted allowed permission allowable
forbidden prohibited banned
buy purchase bought
doctor physician gp
car vehicle automobile
fridge refrigerator
freezer deepfreeze
oven stove cooker
vacuum hoover
tap faucet
sofa couch
holiday vacation
boss manager chair chairman chairwoman chairperson president head
cancel terminate termination cancellation quit resign resignation
reset restart reboot
replace change swap exchange
remove detach
fill refill top
empty drain
temperature heat hot warm warmth degrees
cold cool chill
weight heavy weigh
size big large
length long
height tall high
speed fast
quiet silence noise noisy loud
insurance insured
cover coverage covered
theft stolen burglary steal
visitor guest
pet animal
dog puppy
cat kitten
bike bicycle
garden yard
password passcode
wifi wlan internet network wireless
warranty guarantee
member members membership
meeting assembly
vote voting
bake baking baked
cook cooking cooked boil simmer
mix stir combine
dough batter
sugar sweetener
light lamp bulb
error fault
blink flash flashing blinking
indicator led
descale descaling limescale
smell odour odor stink
leak leaking leakage drip dripping
service servicing maintenance inspection
deadline due
rent lease
deposit bond
landlord owner
tenant renter
laundry washing
smoke smoking cigarette
party parties
parking park
arrive arrival checkin
leave departure checkout
tablet pill
dose dosage
allergy allergic
tyre tire
gauge gage
colour color
centre center
litre liter
metre meter
programme program
grey gray
cheque check
licence license
neighbour neighbor
aluminium aluminum
"""
_stemmer = EnglishStemmer()


def _table() -> dict[str, str]:
    """The form of each word by its stem and by itself: the stem of its group's first word."""
    found: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        words = line.split()
        form = _stemmer.stemWord(words[0])
        for word in words:
            found.setdefault(word, form)
            found.setdefault(_stemmer.stemWord(word), form)
    return found


SYNONYMS = _table()
"""Word or stem → the form that stands for it."""
