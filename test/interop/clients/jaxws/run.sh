#!/bin/sh
# Makes the client from the WSDL that the service hands out, compiles it and runs it.
# usage: [MAIN=CLASS] run.sh BUILD_FOLDER ADDRESS ARGUMENTS OF THE CLASS
set -eu
here=$(dirname "$0")
build=$1
shift
export LC_ALL=C.UTF-8
jars=/usr/share/java
class_path="$build:/usr/share/jaxws/lib/*:$jars/wss4j.jar:$jars/xmlsec.jar"
class_path="$class_path:$jars/slf4j-api.jar:$jars/slf4j-nop.jar:$jars/commons-logging.jar"
if [ ! -e "$build/Client.class" ]; then
  wsimport -quiet -extension -keep -b "$here/bindings.xml" -d "$build" "$1?wsdl"
  javac -nowarn -encoding UTF-8 -cp "$class_path" -d "$build" "$here"/*.java
fi
exec java -cp "$class_path" "${MAIN:-Client}" "$@"
