from django.db import migrations

SELLING = "Dealers start like this; dogs are not sold here."
MONEY = "Asked for by whoever wants money that nobody can get back."
PUPPY = "Part of the tale of the puppy that is paid for and never comes."
CODE = "Asked for by whoever is about to take over an account."
DATING = "People are not what is looked for here."
ABUSE = "Nobody should have to read this."

# Flagged; staff may hold what they see too often.
FLAGGED = {
    SELLING: ["puppies for sale", "pups for sale", "puppy for sale", "litter for sale"],
    MONEY: [
        "western union", "moneygram", "gift card", "gift cards", "wire transfer", "bitcoin",
        "crypto investment", "crypto trading", "double your money", "quick cash",
    ],
    PUPPY: ["pet courier", "shipping agent", "refundable crate", "crate fee"],
    CODE: ["verification code", "send me the code"],
    DATING: ["sugar daddy", "sugar mommy", "sugar baby", "onlyfans", "nudes"],
}  # fmt: skip
HELD = {ABUSE: ["kill yourself", "kys", "send nudes"]}


def add(apps, schema_editor):
    Term = apps.get_model("screening", "Term")
    Term.objects.bulk_create(
        Term(text=text, response=response, note=note)
        for response, terms in (("flag", FLAGGED), ("hold", HELD))
        for note, texts in terms.items()
        for text in texts
    )


class Migration(migrations.Migration):
    dependencies = [("screening", "0002_openers")]

    # On the way back the table goes, with whatever staff have made of the list.
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
