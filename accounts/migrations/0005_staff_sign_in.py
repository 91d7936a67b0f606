from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_deactivation"),
        ("axes", "0010_accessattemptexpiration"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[],
            options={
                "verbose_name": "failed staff sign-in",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("axes.accessattempt",),
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("mfa.authenticator",),
        ),
        migrations.AlterField(
            model_name="authenticationattempt",
            name="method",
            field=models.CharField(
                choices=[
                    ("register", "Register"),
                    ("password", "Password"),
                    ("refresh", "Refresh"),
                    ("reset", "Reset"),
                    ("confirm", "password asked again"),
                    ("admin", "password of staff"),
                    ("factor", "second factor of staff"),
                ],
                max_length=10,
            ),
        ),
    ]
