#!/bin/sh
# Makes the client from the WSDL that the service hands out, compiles it for each version and runs it.
# usage: run.sh BUILD_FOLDER ADDRESS USERNAME SECRET TEXT
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
plugins=/usr/share/gsoap/plugin

make_client() {
  mkdir "$build/$1"
  cd "$build/$1"
  soapcpp2 -"$1" -C -c -L -x -I/usr/share/gsoap/import:/usr/share/gsoap ../sms.h
  gcc -O0 -w -DVERSION="$1" -DWITH_OPENSSL -DWITH_DOM -DWITH_GZIP -I. -I"$plugins" -o client \
    "$here/client.c" soapC.c soapClient.c "$plugins/wsseapi.c" "$plugins/smdevp.c" \
    "$plugins/mecevp.c" "$plugins/threads.c" /usr/share/gsoap/custom/struct_timeval.c \
    -lgsoapssl -lssl -lcrypto -lz -lpthread
}

make_clients() {
  cd "$build"
  wsdl2h -c -P -s -o sms.h "$1?wsdl"
  echo '#import "wsse.h"' >>sms.h
  (make_client 1) && (make_client 2)
}

(make_clients "$@") >"$build/build.log" 2>&1 || { cat "$build/build.log" >&2; exit 1; }
echo '{"client":"gSOAP",'
"$build/1/client" "$@"
"$build/2/client" "$@"
echo '"passwordText":true,"passwordDigest":true}'
