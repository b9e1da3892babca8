#!/bin/sh
# Fetches Det Fælles Designsystem and puts what the pages need into crates/web/assets/dkfds.
# Needs node and npm, and the npm registry once; nothing is fetched when the package is there already.
set -eu
cd "$(dirname "$0")"

version=$(node -p "require('./package.json').dependencies.dkfds")
installed=$(node -p "require('./node_modules/dkfds/package.json').version" 2>/dev/null || echo none)
if [ "$version" != "$installed" ]; then
    npm ci --no-audit --no-fund --ignore-scripts
fi
node copy.mjs
