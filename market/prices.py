"""Prices as people write them, with their normal form."""

from random import Random

# For an hour, in the local currency, before an author's own factor.
HOUR = {"USD": 160, "GBP": 110, "EUR": 120, "MXN": 1400, "BRL": 260}
STEP = {"USD": 10, "GBP": 10, "EUR": 10, "MXN": 50, "BRL": 10}
SHARE = {30: 0.6, 60: 1.0, 90: 1.4, 120: 1.8}
MONEY = {
    "USD": ("${}", "${}", "{} usd", "{}"),
    "GBP": ("£{}", "£{}", "{} gbp", "{}"),
    "EUR": ("€{}", "{}€", "{} euros", "{} EUR"),
    "MXN": ("{} MXN", "MXN {}"),
    "BRL": ("R${}", "R$ {}"),
}
PER = {
    "en": {
        30: ("{}/half hour", "half hour {}", "30 min {}", "{} 30 mins"),
        60: ("{}/hr", "{} per hour", "1 hour {}", "{} for 60 minutes"),
        90: ("90 min {}", "{} for 90 minutes"),
        120: ("2 hours {}", "{} for 2 hours"),
    },
    "es": {
        30: ("media hora {}", "{} media hora", "30 min {}"),
        60: ("{} la hora", "1 hora {}", "{} por hora", "60 min {}"),
        90: ("90 min {}",),
        120: ("2 horas {}", "{} 2 horas"),
    },
    "pt": {
        30: ("meia hora {}", "{} meia hora", "30 min {}"),
        60: ("{} a hora", "1 hora {}", "{} por hora", "60 min {}"),
        90: ("90 min {}",),
        120: ("2 horas {}", "{} 2 horas"),
    },
}


def amount(currency: str, factor: float, minutes: int) -> int:
    """The price of so many minutes, in steps that people use."""
    step = STEP[currency]
    return max(step, round(HOUR[currency] * factor * SHARE[minutes] / step) * step)


def write(
    currency: str, factor: float, durations: tuple[int, ...], language: str, rng: Random
) -> tuple[str, list[str]]:
    """Text such as `$100/half hour, $160/hr`, and the normal forms of what it says."""
    forms = MONEY[currency]
    form = forms[int(rng.random() * len(forms))]
    texts, values = [], []
    for minutes in durations:
        number = amount(currency, factor, minutes)
        ways = PER[language][minutes]
        texts.append(ways[int(rng.random() * len(ways))].format(form.format(number)))
        values.append(normal(number, None if form == "{}" else currency, minutes))
    return (", ", " / ", " - ", "; ")[int(rng.random() * 4)].join(texts), values


def write_bare(currency: str, factor: float, rng: Random) -> tuple[str, list[str]]:
    """An amount with no unit of time, as the price field of a site has it."""
    forms = MONEY[currency]
    form = forms[int(rng.random() * len(forms))]
    number = amount(currency, factor, 60)
    return form.format(number), [normal(number, None if form == "{}" else currency, None)]


def normal(number: int, currency: str | None, minutes: int | None) -> str:
    """The normal form of a price; what is not known is left out."""
    text = str(number) if currency is None else f"{currency} {number}"
    return text if minutes is None else f"{text} / {minutes} min"
