"""A mail server for the tests, on aiosmtpd: STARTTLS and AUTH are demanded, mails go into a folder.

Usage: smtp_server.py CERTIFICATE KEY FOLDER   (prints its port)

refused@… does not exist; busy@… is put off once; DKIM signatures are checked against the public key in
FOLDER/dkim.txt, and the verdict is written beside the mail.
"""

import asyncio
import os
import ssl
import sys

import dkim
from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, folder = sys.argv[1:4]
put_off = set()


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return f"550 5.1.1 <{address}>: no such user"
        if address.startswith("busy@") and address not in put_off:
            put_off.add(address)
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.count += 1
        path = os.path.join(folder, f"{Handler.count:03}")
        record = os.path.join(folder, "dkim.txt")
        verdict = "none"
        if os.path.exists(record):
            with open(record, "rb") as file:
                txt = file.read().strip()
            verdict = str(dkim.verify(envelope.content, dnsfunc=lambda name, timeout=5: txt))
        with open(path + ".verdict", "w") as file:
            file.write(f"{envelope.mail_from} {verdict} {session.ssl is not None}")
        with open(path + ".tmp", "wb") as file:
            file.write(envelope.content)
        os.rename(path + ".tmp", path + ".eml")
        return "250 2.0.0 queued as %03d" % Handler.count


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"certsms", b"secret")
    return AuthResult(success=right, handled=right)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    options = dict(
        hostname="smtp.test",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
