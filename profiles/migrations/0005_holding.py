from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0004_privacy"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="held_at",
            field=models.DateTimeField(
                blank=True, help_text="While it is set, its owner alone sees the photo.", null=True
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="perceptual_hash",
            field=models.BigIntegerField(
                blank=True, help_text="64 bits that look-alikes share most of.", null=True
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="reviewed_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When staff looked at it last; never: it is in the queue.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="bio_held_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="profile",
            name="verified_until",
            field=models.DateTimeField(
                blank=True, help_text="The badge's end; it lapses by itself.", null=True
            ),
        ),
        migrations.AddField(
            model_name="prompt",
            name="held_at",
            field=models.DateTimeField(
                blank=True, help_text="While it is set, its owner alone sees the prompt.", null=True
            ),
        ),
    ]
