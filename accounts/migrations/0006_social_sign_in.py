from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_staff_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInNonce",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
            ],
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
                    ("apple", "Sign in with Apple"),
                    ("google", "Sign in with Google"),
                ],
                max_length=10,
            ),
        ),
    ]
