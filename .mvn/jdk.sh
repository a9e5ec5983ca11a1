# Sets JAVA_HOME to a JDK 25, or says that there is none and exits with status 1. Sourced by mvnw and tillstream.
jdk25() { [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"; }
if [ -n "${TILLSTREAM_JAVA_HOME:-}" ]; then
  jdk25 "$TILLSTREAM_JAVA_HOME" || { echo "TILLSTREAM_JAVA_HOME is not a JDK 25: $TILLSTREAM_JAVA_HOME" >&2; exit 1; }
  JAVA_HOME=$TILLSTREAM_JAVA_HOME
elif ! { [ -n "${JAVA_HOME:-}" ] && jdk25 "$JAVA_HOME"; }; then
  JAVA_HOME=
  on_path=$(command -v javac 2>/dev/null || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
  for jdk in "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$jdk" ] && jdk25 "$jdk"; then JAVA_HOME=$jdk; break; fi
  done
  [ -n "$JAVA_HOME" ] || { echo "Tillstream needs a JDK 25 and found none: install one, or set TILLSTREAM_JAVA_HOME to it." >&2; exit 1; }
fi
export JAVA_HOME
