#!/bin/sh
# Makes the Debian package of a built program, and looks at it: dev/deb.sh BUILD. What lintian calls an error is one.
set -eu
build=$1
(cd "$build" && rm -f ebit_*.deb && cpack -G DEB >package.log) || { cat "$build/package.log" >&2; exit 1; }
package=$(ls "$build"/ebit_*.deb)
dpkg-deb -I "$package" | sed -n 's/^ \(Version\|Architecture\|Installed-Size\|Depends\):/\1:/p'
if command -v lintian >/dev/null; then
  # Made for people who build it, not for Debian's archive: it has no bug of theirs to close and no address of its own. The digits are
  # as their source has them, time stamp and all.
  lintian --allow-root --tag-display-limit 0 --fail-on error,warning \
    --suppress-tags no-changelog,bogus-mail-host,package-contains-timestamped-gzip "$package"
fi
echo "$package"
