#!/bin/sh
# Makes the Java client from the WSDLs that the doors hand out, with strict wsimport, compiles and runs it.
# usage: run.sh BUILD_FOLDER ADDRESS ARGUMENTS OF Bus
set -eu
here=$(dirname "$0")
build=$1
address=$2
shift
export LC_ALL=C.UTF-8
jars=/usr/share/java
class_path="$build:/usr/share/jaxws/lib/*:$jars/wss4j.jar:$jars/xmlsec.jar"
class_path="$class_path:$jars/slf4j-api.jar:$jars/slf4j-nop.jar:$jars/commons-logging.jar"

# The three WSDLs of PCI share a namespace: each gets a Java package of its own.
make_from() {
  sed -e "s|WSDL|$2?wsdl|" -e "s|PACKAGE|bus.$1|g" "$here/bindings.xml" >"$build/$1.xml"
  wsimport -keep -Xnocompile -b "$build/$1.xml" -d "$build" "$2?wsdl" >>"$build/wsimport.log" 2>&1
}

if [ ! -e "$build/Bus.class" ]; then
  make_from sincron "$address/ws/pica/Sincron"
  make_from asincron "$address/ws/pica/Asincron"
  make_from asincronresposta "$address/ws/pica/AsincronResposta"
  make_from pica "$address/ws/pica/services/SMSCERT_ESTAT"
  find "$build" -name '*.java' >"$build/sources"
  javac -nowarn -encoding UTF-8 -cp "$class_path" -d "$build" "@$build/sources" "$here/Bus.java" "$here/Signing.java"
fi
exec java -cp "$class_path" Bus "$@"
