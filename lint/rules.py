"""What the rules of lint/rules.yaml find, and what they let through."""


def sql(cursor, rows, name, value):
    # ruleid: sql-by-format
    cursor.execute(f"SELECT * FROM accounts_user WHERE email = '{value}'")
    # ruleid: sql-by-format
    cursor.execute("SELECT * FROM accounts_user WHERE email = '%s'" % value)
    # ruleid: sql-by-format
    cursor.execute("SELECT '{}'".format(value))
    # ruleid: sql-by-format
    cursor.execute("SELECT " + value)
    # ruleid: sql-by-format
    rows.raw(f"SELECT {value}")
    # ruleid: sql-by-format
    rows.extra(where=[value])
    # ok: sql-by-format
    cursor.execute("SELECT * FROM accounts_user WHERE email = %s", [value])


def rows_of_a_view(self, request, pk):
    # ruleid: unscoped-rows-in-a-view
    Profile.objects.get(pk=pk)
    # ruleid: unscoped-rows-in-a-view
    get_object_or_404(Profile, pk=pk)
    # ruleid: unscoped-rows-in-a-view
    Profile.objects.filter(pk=pk).first()
    # ok: unscoped-rows-in-a-view
    get_object_or_404(self.get_queryset(), pk=pk)
    # ok: unscoped-rows-in-a-view
    get_object_or_404(Profile.objects.visible_to(request.user), pk=pk)
    # ruleid: unchecked-body
    request.data["email"]
    # ruleid: unchecked-body
    request.data.get("email")
    # ok: unchecked-body
    parsed(AddressSerializer, request)["email"]


def places(longitude, latitude):
    # ruleid: geometry-of-unchecked-numbers
    Point(longitude, latitude, srid=4326)
    # ruleid: geometry-of-unchecked-numbers
    GEOSGeometry(f"POINT({longitude} {latitude})")
    # ok: geometry-of-unchecked-numbers
    Cell.of(longitude, latitude).centre


def pictures(file):
    # ruleid: picture-decoded-elsewhere
    Image.open(file)
    # ruleid: picture-decoded-elsewhere
    from profiles.images import Renditions, render
    # ok: picture-decoded-elsewhere
    from profiles.images import Renditions


def callers(request):
    # ruleid: caller-by-a-forged-header
    request.META.get("HTTP_X_FORWARDED_FOR", "")
    # ruleid: caller-by-a-forged-header
    request.META["REMOTE_ADDR"]
    # ok: caller-by-a-forged-header
    client_ip(request)


def surroundings():
    # ruleid: environment-read-elsewhere
    os.environ["SECRET_KEY"]
    # ok: environment-read-elsewhere
    settings.SECRET_KEY


def log(user):
    # ruleid: personal-words-in-the-log
    logger.info("signed in: %s", user.email)
    # ruleid: personal-words-in-the-log
    logger.info("signed in", extra={"who": user.email})
    # ruleid: personal-words-in-the-log
    logger.info(f"signed in: {user.email}")
    # ok: personal-words-in-the-log
    logger.info("signed in: %s", user.pk)


class AnybodysView(APIView):
    # ruleid: open-to-everybody
    permission_classes = (AllowAny,)
    # ruleid: open-to-everybody
    authentication_classes = ()


class MyView(APIView):
    # ok: open-to-everybody
    permission_classes = (IsSignedIn,)


def mails(user, message):
    # ruleid: mail-to-anybody
    deliver(message)
    # ok: mail-to-anybody
    tell(user, message)


# ruleid: forms-unprotected
@csrf_exempt
def form(request): ...


class AccountSerializer(ModelSerializer):
    # ruleid: every-field
    class Meta:
        model = User
        fields = "__all__"


def shown(value):
    # ruleid: html-by-format
    format_html(f"<b>{value}</b>")
    # ruleid: html-by-format
    mark_safe("<b>%s</b>" % value)
    # ok: html-by-format
    format_html("<b>{}</b>", value)


def table(file):
    # ruleid: spreadsheet-by-hand
    csv.writer(file)


def ask(url):
    # ruleid: request-without-an-end
    requests.get(url)
    # ok: request-without-an-end
    requests.get(url, timeout=5)
